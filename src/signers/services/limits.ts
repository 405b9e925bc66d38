/** Bounds of the responses of certificate, log and timestamp services. */
export interface ServiceLimits {
  /** Bytes of a certificate authority's response. */
  readonly certificateBytes: number;
  /** Certificates in its chain. */
  readonly certificateChain: number;
  /** Bytes of a timestamp authority's response. */
  readonly timestampBytes: number;
  /** Bytes of a log's response. */
  readonly logBytes: number;
  /** Hashes in an inclusion proof. */
  readonly logPath: number;
  /** Bytes of a checkpoint. */
  readonly checkpointBytes: number;
  /** Bytes of a tile of entries: 256 of them, each with a length of two bytes. */
  readonly tileBytes: number;
}

export const serviceLimits: ServiceLimits = {
  certificateBytes: 256 * 1024,
  certificateChain: 10,
  timestampBytes: 64 * 1024,
  logBytes: 1024 * 1024,
  logPath: 64,
  checkpointBytes: 64 * 1024,
  tileBytes: 256 * (2 + 65_535),
};
