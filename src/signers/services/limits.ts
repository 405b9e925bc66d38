/** Bounds of what certificate, log and timestamp services answer. */
export interface ServiceLimits {
  /** Bytes of the answer of a certificate authority. */
  readonly certificateBytes: number;
  /** Certificates in its chain. */
  readonly certificateChain: number;
  /** Bytes of the answer of a timestamp authority. */
  readonly timestampBytes: number;
  /** Bytes of the answer of a log. */
  readonly logBytes: number;
  /** Hashes in a proof of inclusion. */
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
