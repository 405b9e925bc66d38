/** Bounds of the embedded registry. The options of `openStorage` override them. */
export interface StorageLimits {
  /** Bytes of one blob. */
  readonly maxBlobBytes: number;
  /** Milliseconds after its last byte until an unfinished upload is removed. */
  readonly uploadLifetime: number;
  /** Concurrent uploads. */
  readonly maxUploads: number;
}

export const storageLimits: StorageLimits = {
  maxBlobBytes: 16 * 2 ** 30,
  uploadLifetime: 60 * 60 * 1000,
  maxUploads: 10_000,
};

/** Bounds of the registry's API. */
export interface RegistryServerLimits {
  /** Milliseconds for a whole request to arrive, such as a large blob over a slow line. */
  readonly requestTime: number;
  /** Entries of one page, and the default. */
  readonly pageEntries: number;
}

export const registryServerLimits: RegistryServerLimits = {
  requestTime: 6 * 60 * 60 * 1000,
  pageEntries: 1000,
};
