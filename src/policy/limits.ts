/** Bounds of a policy document, and of what a verdict says about it. */
export interface PolicyLimits {
  /** Authorities of a document. */
  readonly authorities: number;
  /** Rules of a document. */
  readonly rules: number;
  /** Entries of any other list: keys, identities, images, requirements, annotations. */
  readonly entries: number;
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
  authorities: 1000,
  rules: 1000,
  entries: 1000,
  certificates: 1000,
  patternLength: 512,
  considered: 3,
  consideredInAll: 1000,
  details: 3,
};
