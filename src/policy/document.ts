/**
 * A policy as a document: data that a person writes, or that flags are turned into. The subset of `touchmark.dev/v1` that decides
 * about signatures; no file of this version is read yet.
 *
 *     {"apiVersion":"touchmark.dev/v1alpha1","kind":"TrustPolicy","metadata":{"name"},
 *      "spec":{"undecided"?,"authorities":[{"name","keys"?,"identities"?,"certificates"?,"timestampAuthorities"?,…}],
 *              "rules":[{"name","images":[PATTERN],"signatures":[{"name","from":[AUTHORITY],"atLeast"?,"annotations"?}] | "decision":"allow","reason"}]}}
 */
import type { CertificateClaim } from "../core/x509/certificate-claims.ts";

export interface PolicyDocument {
  readonly apiVersion: "touchmark.dev/v1alpha1";
  readonly kind: "TrustPolicy";
  readonly metadata: { readonly name: string };
  readonly spec: PolicySpec;
}

export interface PolicySpec {
  /** What an undecided requirement leads to; "deny" unless said otherwise. */
  readonly undecided?: "deny" | "allow";
  readonly authorities: readonly AuthorityDocument[];
  readonly rules: readonly RuleDocument[];
}

/** One signer that is expected, a person or a system, with any number of keys, identities and certificate authorities. */
export interface AuthorityDocument {
  readonly name: string;
  readonly keys?: readonly KeyDocument[];
  readonly identities?: readonly IdentityDocument[];
  readonly certificates?: readonly CertificateAuthorityDocument[];
  /** Roots of the timestamp authorities whose timestamps count for signatures by `certificates`. */
  readonly timestampAuthorities?: readonly PemDocument[];
  /** Whether a transparency log must have the signature; "pending" accepts one that is timestamped and yet to be logged. */
  readonly log?: "required" | "pending" | "none";
  /** Whether a certificate transparency log must have the signer's certificate. */
  readonly sct?: "required" | "none";
  /** Whether a verified time is needed: always, or once a certificate of the signer has ended. */
  readonly timestamp?: "required" | "afterExpiry" | "none";
  /** What a revoked certificate, or one whose status is unknown, leads to; "none" asks nobody. */
  readonly revocation?: "enforce" | "warn" | "none";
  /** What a time of signing that cannot be verified leads to. */
  readonly signingTime?: "enforce" | "warn";
  /** What a signature that is past its time leads to. */
  readonly expiry?: "enforce" | "warn";
  /** What a signer that is not expected leads to. */
  readonly authenticity?: "enforce" | "warn";
}

export interface PemDocument {
  /** What a person calls it: the file it comes from. */
  readonly name: string;
  readonly pem: string;
}

/** A public key, PEM. */
export type KeyDocument = PemDocument;

/** An identity in a certificate of a sigstore certificate authority; patterns are RE2 and match the whole text. */
export interface IdentityDocument {
  readonly name: string;
  readonly subject?: string;
  readonly subjectPattern?: string;
  readonly issuer?: string;
  readonly issuerPattern?: string;
  readonly claims?: readonly { readonly name: CertificateClaim; readonly value: string }[];
}

/** A certificate whose signers are expected. */
export interface CertificateAuthorityDocument extends PemDocument {
  /** The Notary Project's kind of trust store; "ca" unless said otherwise. */
  readonly store?: "ca" | "signingAuthority";
  /** Distinguished names, each of which a signer's subject must include; or names that only a plugin reads. Without any, every signer. */
  readonly subjects?: readonly string[];
}

export interface RuleDocument {
  readonly name: string;
  /** Repositories: exact names, with `*` for any part of one segment and `**` for any number of segments. Files are in `**` alone. */
  readonly images: readonly string[];
  /** Every one must be met. */
  readonly signatures?: readonly SignatureRequirementDocument[];
  /** Decides without evidence. */
  readonly decision?: "allow";
  /** Why, for a rule that decides without evidence. */
  readonly reason?: string;
}

export interface SignatureRequirementDocument {
  readonly name: string;
  /** Names of authorities. */
  readonly from: readonly string[];
  /** How many of them must have signed; 1 unless said otherwise. */
  readonly atLeast?: number;
  readonly annotations?: readonly { readonly name: string; readonly value: string }[];
}
