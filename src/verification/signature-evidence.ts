/** A signature, what it is made over, and what came along that may prove more of it; a format has read it, and nothing is proven yet. */
import type { Certificate } from "../core/x509/certificate.ts";
import type { LogEntry } from "./log-entry.ts";
import type { SignedContent } from "../core/signed-content.ts";

export interface SignatureEvidence {
  readonly signature: Uint8Array;
  readonly content: SignedContent;
  readonly by: VerificationContent;
  readonly entries: readonly LogEntry[];
  /** RFC 3161, DER. */
  readonly timestamps: readonly Uint8Array[];
  /** What the timestamps are over. */
  readonly stamped: Uint8Array;
  /** It says that a log is yet to be asked to keep it. */
  readonly isPending?: boolean;
}

export type VerificationContent = { readonly kind: "key"; readonly hint?: string | undefined } | CertificateContent;

export interface CertificateContent {
  readonly kind: "certificate";
  readonly leaf: Certificate;
  /** In any order, and with others among them. */
  readonly intermediates: readonly Certificate[];
}
