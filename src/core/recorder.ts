/** The port to whoever keeps what happened: ledger, metrics, dashboard. */
import type { Digest } from "./digest.ts";
import type { SignatureClaim } from "./evidence.ts";
import type { SignerName } from "./signer.ts";
import type { Verdict } from "./verdict.ts";

export type RecordedEvent =
  | { readonly kind: "decided"; readonly verdict: Verdict }
  | {
      readonly kind: "signed";
      readonly repository: string;
      readonly claim: SignatureClaim;
      readonly format: string;
      readonly by: SignerName;
      /** The manifest that holds the signature. */
      readonly manifest: Digest;
    }
  | {
      readonly kind: "file-signed";
      /** The file, as it was named. */
      readonly reference: string;
      readonly claim: SignatureClaim;
      readonly format: string;
      readonly by: SignerName;
      /** Of the file that holds the signature. */
      readonly evidence: Digest;
    };

export interface Recorder {
  record(event: RecordedEvent): Promise<void>;
}
