/** The verbs. */
export { sign, type SignatureMade, type SignOptions } from "./sign.ts";
export { verify, type VerifyOptions } from "./verify.ts";
export { signFile, type FileSigned, type SignedFile, type SignFileOptions } from "./sign-file.ts";
export { verifyFile, type VerifyFileOptions } from "./verify-file.ts";
export { readGiven, type EvidenceFile, type GivenEvidence } from "./given.ts";
export { flush, type FlushedImage, type FlushOptions } from "./flush.ts";
export type { FlushServices } from "./flush-one.ts";
export type { Flushed, NotFlushed, Problem, Upload } from "./flush-one.ts";
export { copy, type Copied, type CopyOptions } from "./copy.ts";
export { tree, type Tree, type TreeEvidence, type TreeNode, type TreeOptions } from "./tree.ts";
