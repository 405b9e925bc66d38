/** Bounds of key files and their certificates. */
export interface KeyFileLimits {
  /** Bytes of a file with the certificates of a key. */
  readonly chainBytes: number;
  /** Certificates of a key. */
  readonly chain: number;
  /** Iterations of PBKDF2, about a second. OpenSSL writes 2048; the recommendation today is 600,000. */
  readonly kdfIterations: number;
}

export const keyFileLimits: KeyFileLimits = {
  chainBytes: 256 * 1024,
  chain: 16,
  kdfIterations: 2_000_000,
};
