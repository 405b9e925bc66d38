/** Bounds of PKCS #11 tokens. */
export interface TokenLimits {
  /** Certificates to read from a token. */
  readonly certificates: number;
  /** Certificates in the chain of a key. */
  readonly chain: number;
  /** Bytes of the longest signature: RSA of 4096 bits. */
  readonly signatureBytes: number;
  /** Bytes of a PIN. */
  readonly pinBytes: number;
  /** Characters of a PKCS #11 URI. */
  readonly uriLength: number;
}

export const tokenLimits: TokenLimits = {
  certificates: 100,
  chain: 16,
  signatureBytes: 512,
  pinBytes: 1024,
  uriLength: 4096,
};
