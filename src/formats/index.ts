/** The signature formats, and the interface that a new one implements. */
export { fileFormat, fileFormats, formats } from "./all.ts";
export type { Artifact, FileFormat, Format, FormatOfFiles, Recognised, ReferrerArtifact, TaggedArtifact, ToSign } from "./format.ts";
