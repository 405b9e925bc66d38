/** A parsed but unverified signature, with its content and verification material, independent of the format. */
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
  /** The bytes that the timestamps are over. */
  readonly stamped: Uint8Array;
  /** The log entry is still pending. */
  readonly isPending?: boolean;
}

export type VerificationContent = { readonly kind: "key"; readonly hint?: string | undefined } | CertificateContent;

export interface CertificateContent {
  readonly kind: "certificate";
  readonly leaf: Certificate;
  /** In any order, among other certificates. */
  readonly intermediates: readonly Certificate[];
}
