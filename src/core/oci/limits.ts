interface OciLimits {
  /** Bytes of one manifest or index. */
  readonly manifestBytes: number;
  /** Layers of one manifest. */
  readonly layers: number;
  /** Entries of one index, including referrers listings. */
  readonly entries: number;
}

/** Bounds of manifests and listings. */
export const ociLimits: OciLimits = { manifestBytes: 4 * 1024 * 1024, layers: 1000, entries: 10_000 };
