/** Who is expected to have signed by certificate. */
import type { CertificateSigner } from "../core/finding.ts";
import type { CertificateClaim } from "../core/x509/certificate-claims.ts";
import { describePattern, fits, fitsBeginning, type TextPattern } from "./text-pattern.ts";

export interface TrustedIdentity {
  /** The certificate's subject alternative name. */
  readonly subject: TextPattern;
  /** The issuer of the token that the certificate was given for, a URL. */
  readonly issuer: TextPattern;
  /** What else the certificate must say, exactly. */
  readonly claims: Readonly<Partial<Record<CertificateClaim, string>>>;
}

/** What a certificate says of its owner, without what kind of signer that makes. */
export type CertifiedIdentity = Pick<CertificateSigner, "identity" | "issuer" | "claims">;

export function matchesIdentity({ subject, issuer, claims }: TrustedIdentity, actual: CertifiedIdentity): boolean {
  const said = new Map(Object.entries(actual.claims));
  return (
    fits(subject, actual.identity) &&
    fits(issuer, actual.issuer) &&
    Object.entries(claims).every(([name, value]) => said.get(name) === value)
  );
}

/** What is said instead of the claims expected of this very subject and issuer: `sourceRepositoryRef=refs/heads/fix`, `no tokenSubject`. */
export function differingClaims({ subject, issuer, claims }: TrustedIdentity, actual: CertifiedIdentity): readonly string[] {
  if (!fits(subject, actual.identity) || !fits(issuer, actual.issuer)) return [];
  const said = new Map(Object.entries(actual.claims));
  const differing = Object.entries(claims).filter(([name, value]) => said.get(name) !== value);
  return differing.map(([name]) => (said.has(name) ? `${name}=${said.get(name)}` : `no ${name}`));
}

/** The patterns that match only the beginning of what the certificate says, in order: `/https:\/\/github\.com/`. */
export function incompletePatterns({ subject, issuer }: TrustedIdentity, actual: CertifiedIdentity): readonly string[] {
  const compared = [
    [subject, actual.identity],
    [issuer, actual.issuer],
  ] as const;
  return compared.flatMap(([pattern, text]) => (pattern.kind === "pattern" && fitsBeginning(pattern, text) ? [`/${pattern.source}/`] : []));
}

/** `someone@example.com (https://issuer.example.com) with sourceRepositoryRef=refs/heads/main`. */
export function describeIdentity({ subject, issuer, claims }: TrustedIdentity): string {
  const pairs = Object.entries(claims).map(([name, value]) => `${name}=${value}`);
  return `${describePattern(subject, "an identity")} (${describePattern(issuer, "an issuer")})${pairs.length > 0 ? ` with ${pairs.join(", ")}` : ""}`;
}

/** What is expected, as one text: equal exactly where the expectation is. */
export function identityContent({ subject, issuer, claims }: TrustedIdentity): string {
  const text = (pattern: TextPattern) => (pattern.kind === "exact" ? ["exact", pattern.text] : ["pattern", pattern.source]);
  const sorted = Object.entries(claims).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([text(subject), text(issuer), sorted]);
}
