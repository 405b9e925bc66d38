/** Verification material: what other services add to a signature, so that it stays valid after its certificate expires. */

export interface VerificationMaterial {
  /** The signer's certificate, DER; absent for a signature by a key. */
  readonly certificate?: Uint8Array;
  readonly entries: readonly LogEntryJson[];
  /** Responses of timestamp authorities (RFC 3161), DER. */
  readonly timestamps: readonly Uint8Array[];
  /** URLs of logs whose entries are pending; absent where none is. */
  readonly pending?: readonly string[];
}

/** When log entries are uploaded: while signing, or later, when the signature is completed. */
export type LogUpload = "now" | "later";

/**
 * An entry of a transparency log as in a sigstore bundle (`sigstore_rekor.proto`, TransparencyLogEntry, in protobuf's JSON):
 * 64-bit numbers as decimal strings, bytes in base64.
 */
export interface LogEntryJson {
  readonly logIndex: string;
  readonly logId: { readonly keyId: string };
  readonly kindVersion: { readonly kind: string; readonly version: string };
  /** Seconds since 1970; absent where the log attests no time. */
  readonly integratedTime?: string;
  readonly inclusionPromise?: { readonly signedEntryTimestamp: string };
  /** Absent in entries that cosign keeps in its legacy layers. */
  readonly inclusionProof?: InclusionProofJson;
  readonly canonicalizedBody: string;
}

export interface InclusionProofJson {
  readonly logIndex: string;
  readonly rootHash: string;
  readonly treeSize: string;
  readonly hashes: readonly string[];
  readonly checkpoint: { readonly envelope: string };
}
