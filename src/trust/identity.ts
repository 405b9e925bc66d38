/** Expected identities of signers with certificates. */
import type { CertificateSigner } from "../core/finding.ts";
import type { CertificateClaim } from "../core/x509/certificate-claims.ts";
import { describePattern, matchesText, matchesBeginning, type TextPattern } from "./text-pattern.ts";

export interface TrustedIdentity {
  /** The certificate's subject alternative name. */
  readonly subject: TextPattern;
  /** The OIDC issuer of the identity token, a URL. */
  readonly issuer: TextPattern;
  /** Further claims that the certificate must have, exactly. */
  readonly claims: Readonly<Partial<Record<CertificateClaim, string>>>;
}

/** The identity in a certificate, independent of the kind of signer. */
export type CertifiedIdentity = Pick<CertificateSigner, "identity" | "issuer" | "claims">;

export function matchesIdentity({ subject, issuer, claims }: TrustedIdentity, actual: CertifiedIdentity): boolean {
  const actualClaims = new Map(Object.entries(actual.claims));
  return (
    matchesText(subject, actual.identity) &&
    matchesText(issuer, actual.issuer) &&
    Object.entries(claims).every(([name, value]) => actualClaims.get(name) === value)
  );
}

/** The claims that differ from those expected of this subject and issuer: `sourceRepositoryRef=refs/heads/fix`, `no tokenSubject`. */
export function differingClaims({ subject, issuer, claims }: TrustedIdentity, actual: CertifiedIdentity): readonly string[] {
  if (!matchesText(subject, actual.identity) || !matchesText(issuer, actual.issuer)) return [];
  const actualClaims = new Map(Object.entries(actual.claims));
  const differing = Object.entries(claims).filter(([name, value]) => actualClaims.get(name) !== value);
  return differing.map(([name]) => (actualClaims.has(name) ? `${name}=${actualClaims.get(name)}` : `no ${name}`));
}

/** The patterns that match only the beginning of what the certificate says, in order: `/https:\/\/github\.com/`. */
export function incompletePatterns({ subject, issuer }: TrustedIdentity, actual: CertifiedIdentity): readonly string[] {
  const compared = [
    [subject, actual.identity],
    [issuer, actual.issuer],
  ] as const;
  return compared.flatMap(([pattern, text]) =>
    pattern.kind === "pattern" && matchesBeginning(pattern, text) ? [`/${pattern.source}/`] : [],
  );
}

/** Describes an expected identity: `someone@example.com (https://issuer.example.com) with sourceRepositoryRef=refs/heads/main`. */
export function describeIdentity({ subject, issuer, claims }: TrustedIdentity): string {
  const pairs = Object.entries(claims).map(([name, value]) => `${name}=${value}`);
  return `${describePattern(subject, "an identity")} (${describePattern(issuer, "an issuer")})${pairs.length > 0 ? ` with ${pairs.join(", ")}` : ""}`;
}

/** A canonical text of the expected identity: equal exactly where the expectation is. */
export function identityContent({ subject, issuer, claims }: TrustedIdentity): string {
  const text = (pattern: TextPattern) => (pattern.kind === "exact" ? ["exact", pattern.text] : ["pattern", pattern.source]);
  const sorted = Object.entries(claims).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([text(subject), text(issuer), sorted]);
}
