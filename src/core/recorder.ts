/** The port to whoever keeps what happened: ledger, metrics, dashboard. */
import type { Digest } from "./digest.ts";
import type { Claim } from "./evidence.ts";
import type { Instant } from "./instant.ts";
import type { SignerName } from "./signer.ts";
import type { Verdict } from "./verdict.ts";

/** What happened, when, and by whom where that is known. Digests of policy and trust are in a verdict. */
export type RecordedEvent = Occurrence & (Decided | Signed | FileSigned | Copied | Uploaded | TrustChanged);

interface Occurrence {
  readonly at: Instant;
  /** Who had it done: a person, a service account. */
  readonly actor?: string;
  /** Milliseconds that it took, where that was measured. */
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
  /** The manifest that holds the signature. */
  readonly manifest: Digest;
}

interface FileSigned {
  readonly kind: "file-signed";
  /** The file, as it was named. */
  readonly reference: string;
  readonly claim: Claim;
  readonly format: string;
  readonly by: SignerName;
  /** Of the file that holds the signature. */
  readonly evidence: Digest;
}

interface Copied {
  readonly kind: "copied";
  readonly from: string;
  readonly to: string;
  readonly digest: Digest;
}

/** A signature was uploaded to the logs that it waited for. */
interface Uploaded {
  readonly kind: "uploaded";
  readonly repository: string;
  readonly subject: Digest;
  /** The manifest that holds the complete signature. */
  readonly manifest: Digest;
  readonly by: SignerName;
}

interface TrustChanged {
  readonly kind: "trust-changed";
  readonly before?: Digest;
  readonly after: Digest;
}

/** Keeps events, durably. It may fail: the caller says what that means, and a verdict is never lost to it. */
export interface Recorder {
  record(event: RecordedEvent): Promise<void>;
}
