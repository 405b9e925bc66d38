/** Bounds of what one piece of evidence may cost to verify. */
export interface VerificationLimits {
  /** Timestamps. */
  readonly timestamps: number;
  /** Log entries. */
  readonly logEntries: number;
  /** JSON values of the body of a log entry: it names one signature, or a few of one envelope. */
  readonly logBodyValues: number;
  /** Hashes of an inclusion path: the height of the tree. */
  readonly inclusionPath: number;
  /** Signed certificate timestamps (SCTs) of a certificate. */
  readonly certificateTimestamps: number;
  /** Intermediate certificates that come with a signature. */
  readonly intermediates: number;
  /** Certificates of a path, the root included. */
  readonly pathLength: number;
  /** Signatures that are verified in one search for a path. */
  readonly pathTries: number;
  /** URLs of one kind in a certificate: OCSP responders, revocation lists. */
  readonly revocationUrls: number;
  /** URLs of delta lists in a revocation list. */
  readonly deltaUrls: number;
  /** Details of one kind that a message states. */
  readonly details: number;
}

export const verificationLimits: VerificationLimits = {
  timestamps: 32,
  logEntries: 32,
  logBodyValues: 10_000,
  inclusionPath: 64,
  certificateTimestamps: 32,
  intermediates: 16,
  pathLength: 8,
  pathTries: 100,
  revocationUrls: 8,
  deltaUrls: 8,
  details: 4,
};
