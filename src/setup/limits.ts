/** Bounds of what settings name, and their defaults. */
export interface SetupLimits {
  /** Bytes of a file with certificates or keys of TLS. */
  readonly pemBytes: number;
  /** Bytes of a file that are read at once. */
  readonly chunkBytes: number;
  /** Milliseconds after which keys and trust roots are read anew. */
  readonly refreshAfter: number;
}

export const setupLimits: SetupLimits = {
  pemBytes: 1024 * 1024,
  chunkBytes: 1024 * 1024,
  refreshAfter: 60 * 60_000,
};
