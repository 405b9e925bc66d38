/** The content that a signature is over, as verifiers and logs take it. */
export type SignedContent =
  | { readonly kind: "message"; readonly message: Uint8Array }
  /** A message of which only the SHA-256 is known, lower-case hex. */
  | { readonly kind: "digest"; readonly sha256: string }
  | {
      readonly kind: "envelope";
      readonly payloadType: string;
      readonly payload: Uint8Array;
      /** The encoded envelope with its signature, if its original bytes were kept. */
      readonly bytes?: Uint8Array;
    };
