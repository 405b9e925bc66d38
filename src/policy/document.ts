/**
 * A policy document, written by a person or made from flags. It is the subset of `touchmark.dev/v1` for signatures; files of this version
 * are not supported yet.
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
  /** The result of an undecided requirement; the default is "deny". */
  readonly undecided?: "deny" | "allow";
  readonly authorities: readonly AuthorityDocument[];
  readonly rules: readonly RuleDocument[];
}

/** One expected signer, a person or a system, with any number of keys, identities and certificate authorities. */
export interface AuthorityDocument {
  readonly name: string;
  readonly keys?: readonly KeyDocument[];
  readonly identities?: readonly IdentityDocument[];
  readonly certificates?: readonly CertificateAuthorityDocument[];
  /** Roots of the timestamp authorities whose timestamps count for signatures by `certificates`. */
  readonly timestampAuthorities?: readonly PemDocument[];
  /** Whether a transparency log entry is required; "pending" also accepts a timestamped signature whose entry is pending. */
  readonly log?: "required" | "pending" | "none";
  /** Whether a signed certificate timestamp (SCT) is required. */
  readonly sct?: "required" | "none";
  /** Whether a verified time is required: always, or once a certificate of the signer has expired. */
  readonly timestamp?: "required" | "afterExpiry" | "none";
  /** The result of a revoked certificate or an unknown status; with "none" the status is not requested. */
  readonly revocation?: "enforce" | "warn" | "none";
  /** The result of a signing time that cannot be verified. */
  readonly signingTime?: "enforce" | "warn";
  /** The result of an expired signature. */
  readonly expiry?: "enforce" | "warn";
  /** The result of an unexpected signer. */
  readonly authenticity?: "enforce" | "warn";
}

export interface PemDocument {
  /** The name in messages: the file it comes from. */
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
  /** The kind of Notary Project trust store; the default is "ca". */
  readonly store?: "ca" | "signingAuthority";
  /**
   * Distinguished names, each a set of attributes that the signer's subject must include, or names for a plugin. Without any, every signer
   * is accepted.
   */
  readonly subjects?: readonly string[];
}

export interface RuleDocument {
  readonly name: string;
  /** Repositories: exact names, with `*` for any part of one segment and `**` for any number of segments. Files are in `**` alone. */
  readonly images: readonly string[];
  /** All of them must be met. */
  readonly signatures?: readonly SignatureRequirementDocument[];
  /** Decides without evidence. */
  readonly decision?: "allow";
  /** The reason for a rule that decides without evidence. */
  readonly reason?: string;
}

export interface SignatureRequirementDocument {
  readonly name: string;
  /** Names of authorities. */
  readonly from: readonly string[];
  /** The number of authorities that must have signed; the default is 1. */
  readonly atLeast?: number;
  readonly annotations?: readonly { readonly name: string; readonly value: string }[];
}
