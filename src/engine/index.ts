/** The operations of the engine: sign, verify, copy, tree and upload. */
export { attest, type AttestOptions } from "./attest.ts";
export { sign, type SignOptions } from "./sign.ts";
export type { EvidenceMade } from "./write-evidence.ts";
export { verify, type VerifyOptions } from "./verify.ts";
export {
  createImageVerifier,
  defaultVerifierLimits,
  type Verifier,
  type VerifierLimits,
  type VerifierSettings,
  type VerifyQuestion,
} from "./verifier.ts";
export { RecordFailed, type RecordSettings } from "./recording.ts";
export { signFile, type FileSigned, type SignedFile, type SignFileOptions } from "./sign-file.ts";
export { verifyFile, type VerifyFileOptions } from "./verify-file.ts";
export { readDetachedSignature, type EvidenceFile, type DetachedSignature } from "./detached-signature.ts";
export { uploadPending, type UploadedImage, type UploadPendingOptions } from "./upload-pending.ts";
export type { UploadServices } from "./upload-one.ts";
export type { UploadedSignature, NotUploadedSignature, Problem, PendingUploadResult } from "./upload-one.ts";
export { copy, type Copied, type CopyOptions } from "./copy.ts";
export { tree, type ImageTree, type TreeEvidence, type TreeNode, type TreeOptions } from "./tree.ts";
