/** The formats of signatures, and the seam that a new one implements. */
export { formats } from "./all.ts";
export type { Artifact, FileFormat, Format, Recognised, ReferrerArtifact, TaggedArtifact, ToSign } from "./format.ts";
