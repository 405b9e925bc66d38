/** Bounds of the trust sources: TUF repositories, folders and files. */
export interface TrustSourceLimits {
  /** Versions of a TUF root that one update follows. */
  readonly tufRotations: number;
  /** Names of targets that one update requests. */
  readonly tufNames: number;
  /** Bytes of one target. */
  readonly tufTargetBytes: number;
  /** Levels of TUF metadata. */
  readonly tufDepth: number;
  /** Signatures of one TUF document. */
  readonly tufSignatures: number;
  /** Keys in one TUF document. */
  readonly tufKeys: number;
  /** Files that TUF metadata may list. */
  readonly tufFiles: number;
  /** Bytes of the cache of one TUF repository. */
  readonly keptBytes: number;
  /** Roots in the cache of one TUF repository. */
  readonly keptRoots: number;
  /** Bytes of the file in which cosign keeps a mirror's URL. */
  readonly remoteBytes: number;
  /** Bytes of the file that records when a mirror failed. */
  readonly mirrorPauseBytes: number;
  /** Bytes of a `trusted_root.json`. */
  readonly trustedRootFileBytes: number;
  /** Bytes of a trusted root that is imported, with all its files. */
  readonly importBytes: number;
  /** Bytes of the description of a stored instance. */
  readonly instanceBytes: number;
  /** Stored instances. */
  readonly instances: number;
  /** Trusted roots in one instance. */
  readonly instanceRoots: number;
  /** Bytes of a PEM file of certificates. */
  readonly pemBytes: number;
  /** Certificates in the chain of one service. */
  readonly serviceChain: number;
  /** Certificates in a file of certificate authorities. */
  readonly authorityCertificates: number;
  /** Certificates in a file that a user names as trusted. */
  readonly namedCertificates: number;
  /** Files of one trust store. */
  readonly storeFiles: number;
  /** Bytes of one file of a trust store. */
  readonly storeFileBytes: number;
  /** Certificates of one trust store. */
  readonly storeCertificates: number;
  /** Files of one name in a trust store. */
  readonly storeNames: number;
  /** Bytes of a file that holds a trust policy. */
  readonly trustPolicyFileBytes: number;
}

export const trustSourceLimits: TrustSourceLimits = {
  tufRotations: 256,
  tufNames: 64,
  tufTargetBytes: 4 * 1024 * 1024,
  tufDepth: 16,
  tufSignatures: 256,
  tufKeys: 256,
  tufFiles: 10_000,
  keptBytes: 64 * 1024 * 1024,
  keptRoots: 4096,
  remoteBytes: 64 * 1024,
  mirrorPauseBytes: 1024,
  trustedRootFileBytes: 1024 * 1024,
  importBytes: 64 * 1024 * 1024,
  instanceBytes: 64 * 1024 * 1024,
  instances: 64,
  instanceRoots: 16,
  pemBytes: 256 * 1024,
  serviceChain: 16,
  authorityCertificates: 16,
  namedCertificates: 100,
  storeFiles: 1000,
  storeFileBytes: 256 * 1024,
  storeCertificates: 1000,
  storeNames: 100,
  trustPolicyFileBytes: 1024 * 1024,
};
