/** Bounds of the embedded registry. What `openStorage` is given in its options takes their place. */
export interface StorageLimits {
  /** Bytes of one blob. */
  readonly maxBlobBytes: number;
  /** Milliseconds after its last byte that an unfinished upload is kept. */
  readonly uploadLifetime: number;
  /** Uploads under way. */
  readonly maxUploads: number;
}

export const storageLimits: StorageLimits = {
  maxBlobBytes: 16 * 2 ** 30,
  uploadLifetime: 60 * 60 * 1000,
  maxUploads: 10_000,
};
