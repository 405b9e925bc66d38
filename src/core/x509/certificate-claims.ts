/**
 * Claims about a signer beside the identity, and the extension in which a Fulcio certificate has each:
 * N of 1.3.6.1.4.1.57264.1.N (sigstore/fulcio, `docs/oid-info.md`).
 */
export const certificateClaims = {
  githubWorkflowTrigger: 2,
  githubWorkflowSha: 3,
  githubWorkflowName: 4,
  githubWorkflowRepository: 5,
  githubWorkflowRef: 6,
  buildSignerUri: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepositoryUri: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwnerUri: 16,
  sourceRepositoryOwnerIdentifier: 17,
  buildConfigUri: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocationUri: 21,
  sourceRepositoryVisibilityAtSigning: 22,
  deploymentEnvironment: 23,
  tokenSubject: 24,
} as const;

export type CertificateClaim = keyof typeof certificateClaims;

export const claimNames: readonly string[] = Object.keys(certificateClaims);

export function isCertificateClaim(name: string): name is CertificateClaim {
  return Object.hasOwn(certificateClaims, name);
}
