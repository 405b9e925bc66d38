/** The core types: references, digests, the OCI model, evidence, claims, findings, verdicts, errors; and the ports to implement. */
export { catalogue, TouchmarkError, type Code, type CodeEntry, type ErrorDetails } from "./errors.ts";
export { digestOf, isDigest, matchesDigest, parseDigest, type Digest, type DigestAlgorithm, type FileDigest } from "./digest.ts";
export {
  formatReference,
  parseReference,
  repositoryOf,
  targetOf,
  type LayoutReference,
  type Reference,
  type RegistryReference,
} from "./oci/reference.ts";
export { parseManifest, type Descriptor, type ImageIndex, type ImageManifest, type Manifest, type Platform } from "./oci/manifest.ts";
export type {
  Claim,
  ClaimKind,
  AttestationClaim,
  Evidence,
  FileLocation,
  Found,
  EvidenceLocation,
  RepositoryLocation,
  SignatureClaim,
} from "./evidence.ts";
export {
  outcomeOf,
  type Check,
  type CheckName,
  type Finding,
  type UnreadLocation,
  type KeySigner,
  type Outcome,
  type Signatory,
} from "./finding.ts";
export type { Decision, Reason, Requirement, Verdict, VerdictSubject } from "./verdict.ts";
export type { CrlQuestion } from "./facts/crl.ts";
export { factKey, type FactAnswer, type Facts, type GatherFacts, type FactQuestion, type StatusQuestion } from "./facts/facts.ts";
export type { OcspQuestion } from "./facts/ocsp.ts";
export type { PluginQuestion } from "./facts/plugin.ts";
export type { Instant } from "./instant.ts";
export type { Content } from "./content.ts";
export type { ImageSubject, SubjectAddress } from "./subject.ts";
export { readFileSubject, wholeFile, type FileReading, type FileSubject } from "./file-subject.ts";
export { publicKeyOf, type PublicKey } from "./keys/public-key.ts";
export type { KeyAlgorithm, KeyAlgorithmName } from "./keys/key-algorithms.ts";
export type { SignatureScheme, SigningScheme } from "./keys/signature-schemes.ts";
export type { Repository, StoredManifest } from "./repository.ts";
export type { EnvelopeRequest, EnvelopeSigner, MadeEnvelope, MadeSignature, Signer, SignerDescription, SignRequest } from "./signer.ts";
export type { RecordedEvent, Recorder } from "./recorder.ts";
export { version } from "./version.ts";
