/** The signature formats, and the interfaces that a new one implements. */
export { defaultFormat, fileFormats, formats, formatsWithin } from "./all.ts";
export type { DetachedSignatures, EvidenceLabel, Format, FormatOfFiles, Recognised, SignerHint, StatedClaims } from "./format.ts";
export type { FormatLimits } from "./limits.ts";
export type {
  AcceptedEnvelope,
  Artifact,
  AttestationToSign,
  ClaimToSign,
  EnvelopeWriter,
  FileArtifact,
  MaterialBounds,
  ReferrerArtifact,
  SignatureParts,
  StoredArtifact,
  TaggedArtifact,
  ToSign,
  WriteOptions,
  Writer,
  WriterAbilities,
  WriteRequest,
  Writers,
  WriteTerms,
} from "./writer.ts";
