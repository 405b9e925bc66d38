/** Bounds of trust documents. */
export interface TrustLimits {
  /** Bytes of a key file; the largest accepted key needs some 5 KiB. */
  readonly keyFileBytes: number;
  /** Bytes of a trusted root. */
  readonly trustedRootBytes: number;
  /** Authorities of one kind in a trusted root; the current public one has two. */
  readonly authorities: number;
  /** Certificates in the chain of one authority. */
  readonly authorityChain: number;
  /** Bytes of a signing config. */
  readonly signingConfigBytes: number;
  /** Services of one kind in a signing config. */
  readonly services: number;
  /** Characters of a pattern. */
  readonly patternLength: number;
  /** Bytes of a trust policy of the Notary Project. */
  readonly trustPolicyBytes: number;
  /** Statements of a trust policy. */
  readonly statements: number;
  /** Scopes of one statement. */
  readonly scopes: number;
  /** Trust stores of one statement. */
  readonly stores: number;
  /** Identities of one statement. */
  readonly identities: number;
  /** Characters of one scope. */
  readonly scopeLength: number;
  /** Characters of a distinguished name. */
  readonly distinguishedNameLength: number;
}

export const trustLimits: TrustLimits = {
  keyFileBytes: 64 * 1024,
  trustedRootBytes: 1024 * 1024,
  authorities: 64,
  authorityChain: 16,
  signingConfigBytes: 256 * 1024,
  services: 64,
  patternLength: 1000,
  trustPolicyBytes: 1024 * 1024,
  statements: 1000,
  scopes: 1000,
  stores: 100,
  identities: 500,
  scopeLength: 1024,
  distinguishedNameLength: 16 * 1024,
};
