/** What is trusted, as one immutable value, and where it comes from. */
export { makeTrust, type Trust, type TrustedKey } from "./trust.ts";
export { parsePublicKey } from "./parse-public-key.ts";
