/** Bounds of a policy document, and of what a verdict says about it. */
export interface PolicyLimits {
  readonly authorities: number;
  /** Keys, identities, certificate authorities and timestamp authorities, of all authorities together. */
  readonly signers: number;
  /** Subjects of all certificate authorities together. */
  readonly subjects: number;
  readonly rules: number;
  /** Image patterns of all rules together. */
  readonly patterns: number;
  /** Requirements of all rules together. */
  readonly requirements: number;
  /** Names of authorities in all requirements together. */
  readonly names: number;
  /** Claims of one identity, or annotations of one requirement. */
  readonly pairs: number;
  /** Certificates of one PEM text. */
  readonly certificates: number;
  /** Characters of a pattern of images. */
  readonly patternLength: number;
  /** Findings that a requirement mentions, unless it needs more; with many requirements, each mentions fewer. */
  readonly considered: number;
  readonly consideredInAll: number;
  /** Details of faults that one reason quotes. */
  readonly details: number;
}

export const policyLimits: PolicyLimits = {
  authorities: 256,
  signers: 2000,
  subjects: 50_000,
  rules: 1000,
  patterns: 5000,
  requirements: 1000,
  names: 5000,
  pairs: 100,
  certificates: 1000,
  patternLength: 512,
  considered: 3,
  consideredInAll: 1000,
  details: 3,
};
