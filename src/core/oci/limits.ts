const mebibyte = 1024 * 1024;

interface OciLimits {
  /** Bytes of one manifest or index. */
  readonly manifestBytes: number;
  /** JSON values of an image's manifest, and of an index or listing: many tiny ones take far more memory and time than their bytes say. */
  readonly manifestValues: number;
  readonly indexValues: number;
  /** Bytes of one page of a referrers listing of another registry, which may hold the annotations of whole manifests. */
  readonly listingBytes: number;
  /** Bytes of the annotations, keys and values, of one entry of a listing. */
  readonly listedAnnotationBytes: number;
  /** Layers of one manifest. */
  readonly layers: number;
  /** Entries of one index, including referrers listings. */
  readonly entries: number;
}

/** Bounds of manifests and listings. */
export const ociLimits: OciLimits = {
  manifestBytes: 4 * mebibyte,
  manifestValues: 50_000,
  indexValues: 200_000,
  listingBytes: 16 * mebibyte,
  listedAnnotationBytes: 2048,
  layers: 1000,
  entries: 10_000,
};
