/** Bounds of the embedded registry. The options of `startRegistry`, `openStorage` and `registryApi` override them. */

import { ociLimits } from "../../core/oci/limits.ts";
import type { ServerLimits } from "../http/limits.ts";

export interface RegistryServerLimits {
  /** Bytes of one blob. */
  readonly blobBytes: number;
  /** Bytes of one manifest, and of one page of referrers; at most `ociLimits.manifestBytes`. */
  readonly manifestBytes: number;
  /** Bytes of all manifests that are being pushed at a time. */
  readonly bodyMemory: number;
  /** Milliseconds for a pushed manifest to arrive. */
  readonly bodyTime: number;
  /** Entries of one page of a list. */
  readonly pageEntries: number;
  /** Tags of one push of a manifest. */
  readonly tagsPerPush: number;
  /** Unfinished uploads; for a further one, the one that was used longest ago is dropped. */
  readonly uploads: number;
  /** Milliseconds after its last byte until an unfinished upload is removed. */
  readonly uploadLifetime: number;
  /** Milliseconds after its start until an upload without a byte is removed. */
  readonly emptyUploadLifetime: number;
  /** Bytes of a body that are gathered for one write. */
  readonly pieceBytes: number;
  /** Bytes that are gathered in all bodies together. */
  readonly pieceMemory: number;
  /** Files that are checked concurrently for one manifest. */
  readonly fileChecks: number;
}

export const registryServerLimits: RegistryServerLimits = {
  blobBytes: 16 * 2 ** 30,
  manifestBytes: ociLimits.manifestBytes,
  bodyMemory: 64 * 2 ** 20,
  bodyTime: 60_000,
  pageEntries: 1000,
  tagsPerPush: 50,
  uploads: 10_000,
  uploadLifetime: 60 * 60 * 1000,
  emptyUploadLifetime: 10 * 60 * 1000,
  pieceBytes: 512 * 1024,
  pieceMemory: 32 * 2 ** 20,
  fileChecks: 16,
};

/** The bounds of the HTTP server that differ from `serverLimits`: a large blob over a slow line takes hours to arrive. */
export const registryHttpLimits: Pick<ServerLimits, "requestTime" | "drainTime"> = {
  requestTime: 6 * 60 * 60 * 1000,
  drainTime: 500,
};
