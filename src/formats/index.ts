/** The formats of signatures, and the seam that a new one implements. */
export { fileFormat, fileFormats, formats } from "./all.ts";
export type { Artifact, FileFormat, Format, FormatOfFiles, Recognised, ReferrerArtifact, TaggedArtifact, ToSign } from "./format.ts";
