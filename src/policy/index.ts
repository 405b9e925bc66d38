/** Policies: which images need which signatures, and the verdict about one image. */
export { compilePolicy, type CompileOptions, type PolicyAndTrust } from "./compile.ts";
export type { AuthorityDocument, PolicyDocument, RuleDocument, SignatureRequirementDocument } from "./document.ts";
export type { Policy } from "./policy.ts";
export { evaluate, type EvaluationInput } from "./evaluate.ts";
