/** What a signature is made over, as verifiers and logs take it. */
export type SignedContent =
  | { readonly kind: "message"; readonly message: Uint8Array }
  /** A message that is known by its SHA-256 alone, lower-case hex. */
  | { readonly kind: "digest"; readonly sha256: string }
  | {
      readonly kind: "envelope";
      readonly payloadType: string;
      readonly payload: Uint8Array;
      /** The envelope itself, signature and all, where its bytes were kept as they were. */
      readonly bytes?: Uint8Array;
    };
