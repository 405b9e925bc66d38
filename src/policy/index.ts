/** Which images need what from whom, and the verdict about one. */
export { nothingRequired, signaturePolicy, type Policy, type Rule, type SignatureRule } from "./policy.ts";
export { evaluate, type EvaluationInput } from "./evaluate.ts";
