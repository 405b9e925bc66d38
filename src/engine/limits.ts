import type { Patience } from "../core/async/eventually.ts";

/** Bounds of what the engine reads and does for one image. */
export interface EvidenceLimits {
  /** Bytes of blobs that are read. A blob counts once, and one that cannot be read does not count. */
  readonly evidenceBytes: number;
  /** Pieces of evidence that are read; after that no further manifest is read. */
  readonly evidencePieces: number;
}

interface FixedLimits {
  /** Referrers that are opened. */
  readonly manifests: number;
  /** Bytes and JSON values of all manifests of referrers that are read. */
  readonly manifestBytes: number;
  readonly manifestValues: number;
  /** Bytes of a manifest up to which it is read before larger ones: those of signatures have a few KiB. */
  readonly smallManifestBytes: number;
  /** Bytes of manifests that are read at the same time. */
  readonly concurrentBytes: number;
  /** Concurrent requests. */
  readonly requests: number;
  /** Images of an index. */
  readonly images: number;
  /** Images of an index that are worked on at the same time. */
  readonly concurrentImages: number;
  /** Manifests that a copy takes along, and their bytes. */
  readonly attachments: number;
  readonly attachmentBytes: number;
  /** Concurrent blob transfers of a copy. */
  readonly transfers: number;
  /** Manifests that a tree shows, and its levels. */
  readonly treeNodes: number;
  readonly treeDepth: number;
  /** Attempts to write a tag when another writer is faster. */
  readonly writes: number;
  /** Reads of what was just written, which a replica may not have yet: over 3 seconds. */
  readonly readBack: Patience;
  /** Rounds of facts, which lead to further questions: an OCSP responder, a CRL, a delta CRL. */
  readonly factRounds: number;
  /** Tags that are listed to name those that there are, those that a message shows, and milliseconds for the listing. */
  readonly tags: number;
  readonly tagsShown: number;
  readonly tagsTime: number;
  /** Milliseconds that a record may take. */
  readonly recordTime: number;
  /** Milliseconds for which a finding is cached: an authority may say that its answers hold for years. */
  readonly findingAge: number;
  /** Bytes of the statement of a cached finding: larger ones are cheaper to verify again than to keep. */
  readonly cachedStatementBytes: number;
}

const mebibyte = 1024 * 1024;

export const engineLimits: EvidenceLimits & FixedLimits = {
  evidenceBytes: 256 * mebibyte,
  evidencePieces: 1000,
  manifests: 1000,
  manifestBytes: 32 * mebibyte,
  manifestValues: 2_000_000,
  smallManifestBytes: 64 * 1024,
  concurrentBytes: 4 * mebibyte,
  requests: 16,
  images: 1000,
  concurrentImages: 8,
  attachments: 10_000,
  attachmentBytes: 256 * mebibyte,
  transfers: 4,
  treeNodes: 1000,
  treeDepth: 8,
  writes: 10,
  readBack: { first: 100, reads: 6 },
  factRounds: 3,
  tags: 1000,
  tagsShown: 10,
  tagsTime: 2000,
  recordTime: 10_000,
  findingAge: 24 * 60 * 60_000,
  cachedStatementBytes: 4096,
};
