/** From plain settings to what the engine takes. */
export { expectedSignersPolicy, nothingRequired, type ExpectedSigners } from "./expected-signers.ts";
