/** The port for recording events: ledger, dashboard. */
import type { Digest } from "./digest.ts";
import type { Claim } from "./evidence.ts";
import type { Instant } from "./instant.ts";
import type { SignerName } from "./signer.ts";
import type { Verdict } from "./verdict.ts";

/** An event, its time, and its actor where known. Digests of policy and trust are in a verdict. */
export type RecordedEvent = Occurrence & (Decided | Signed | FileSigned | Copied | Uploaded | TrustChanged);

interface Occurrence {
  readonly at: Instant;
  /** The person or service account that caused it. */
  readonly actor?: string;
  /** Duration in milliseconds, where measured. */
  readonly durationMs?: number;
}

interface Decided {
  readonly kind: "decided";
  readonly verdict: Verdict;
}

interface Signed {
  readonly kind: "signed";
  readonly repository: string;
  readonly claim: Claim;
  readonly format: string;
  readonly by: SignerName;
  /** Digest of the manifest with the signature. */
  readonly manifest: Digest;
}

interface FileSigned {
  readonly kind: "file-signed";
  /** The file's name as given by the user. */
  readonly reference: string;
  readonly claim: Claim;
  readonly format: string;
  readonly by: SignerName;
  /** Digest of the file with the signature. */
  readonly evidence: Digest;
}

interface Copied {
  readonly kind: "copied";
  readonly from: string;
  readonly to: string;
  readonly digest: Digest;
}

/** A pending log entry of a signature was uploaded. */
interface Uploaded {
  readonly kind: "uploaded";
  readonly repository: string;
  readonly subject: Digest;
  /** Digest of the manifest with the complete signature. */
  readonly manifest: Digest;
  readonly by: SignerName;
}

/** Images of the repository are verified under another trust from now on. */
interface TrustChanged {
  readonly kind: "trust-changed";
  readonly repository: string;
  readonly before: Digest;
  readonly after: Digest;
}

/** Stores events durably. It may fail: the caller decides what that means, and the verdict is kept in any case. */
export interface Recorder {
  record(event: RecordedEvent): Promise<void>;
}
