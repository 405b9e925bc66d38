/** What others add to a signature once it is made, so that it holds after its certificate has ended. */

export interface VerificationMaterial {
  /** The signer's, DER; a signature by a key has none. */
  readonly certificate?: Uint8Array;
  readonly entries: readonly LogEntryJson[];
  /** Responses of timestamp authorities (RFC 3161), DER. */
  readonly timestamps: readonly Uint8Array[];
  /** URLs of logs that are yet to be asked for an entry; absent where none is. */
  readonly pending?: readonly string[];
}

/** When logs are asked: while signing, or by whoever completes the signature afterwards. */
export type LogUpload = "now" | "later";

/**
 * An entry of a transparency log as a sigstore bundle carries it (`sigstore_rekor.proto`, TransparencyLogEntry, in protobuf's JSON):
 * 64-bit numbers in digits, bytes in base64.
 */
export interface LogEntryJson {
  readonly logIndex: string;
  readonly logId: { readonly keyId: string };
  readonly kindVersion: { readonly kind: string; readonly version: string };
  /** Seconds; absent where the log proves no time. */
  readonly integratedTime?: string;
  readonly inclusionPromise?: { readonly signedEntryTimestamp: string };
  readonly inclusionProof: InclusionProofJson;
  readonly canonicalizedBody: string;
}

export interface InclusionProofJson {
  readonly logIndex: string;
  readonly rootHash: string;
  readonly treeSize: string;
  readonly hashes: readonly string[];
  readonly checkpoint: { readonly envelope: string };
}
