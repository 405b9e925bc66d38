/** Findings: the checks of one piece of evidence, and their combined outcome. */
import type { Digest } from "./digest.ts";
import type { Code } from "./errors.ts";
import type { Claim, EvidenceLocation } from "./evidence.ts";
import type { FactQuestion } from "./facts/facts.ts";
import type { PluginRequest } from "./facts/plugin.ts";
import type { Instant } from "./instant.ts";
import type { Interval } from "./interval.ts";
import type { KeyAlgorithmName } from "./keys/key-algorithms.ts";
import type { CertificateClaim } from "./x509/certificate-claims.ts";

export type CheckName =
  /** The bytes are a valid document of the format. */
  | "format"
  /** The claim names this image, or file. */
  | "subject"
  /** The signature verifies with the signer's key. */
  | "signature"
  /** The certificate chains to a trust anchor, at every verified time. */
  | "certificate"
  /** Every certificate was valid at the time of signing. */
  | "validity"
  /** A trusted certificate transparency log contains the certificate (RFC 6962). */
  | "sct"
  /** A trusted transparency log contains the signature. */
  | "log"
  /** A trusted timestamp authority timestamped the signature (RFC 3161). */
  | "timestamp"
  /** None of its certificates is revoked. */
  | "revocation"
  /** The signature has not expired by its own expiry time. */
  | "expiry"
  /** Added by a policy: an authority names the signer. */
  | "identity"
  /** Added by a policy: the plugin that a signature names has processed its extended attributes. */
  | "plugin";

/** The three outcomes of a check: a forged signature differs from an unreachable responder. */
export type Check =
  | { readonly name: CheckName; readonly outcome: "passed"; readonly detail: string }
  | { readonly name: CheckName; readonly outcome: "failed" | "undecided"; readonly code: Code; readonly detail: string };

/** The trust anchor of a signer: a public key, a certificate authority, a certificate in a trust store. */
export interface Anchor {
  /** Its name in the trust. */
  readonly name: string;
  /** Digest of the anchor's certificate, DER. */
  readonly digest: Digest;
}

/** The verified signer, as far as the checks verify it, and its trust anchors. */
export interface KeySigner {
  readonly kind: "key";
  /** Lower-case hex of the SHA-256 of the key's SubjectPublicKeyInfo DER. */
  readonly fingerprint: string;
  readonly algorithm: KeyAlgorithmName;
  /** The key's name in the trust: its file. */
  readonly name: string;
}
/** The identity in a certificate that a sigstore certificate authority issued for an identity token. */
export interface CertificateSigner {
  readonly kind: "certificate";
  /** The certificate's subject alternative name. */
  readonly identity: string;
  /** The OIDC issuer of the identity token. */
  readonly issuer: string;
  /** Further claims of the issuer, by the names of certificateIdentity. */
  readonly claims: Readonly<Partial<Record<CertificateClaim, string>>>;
  readonly anchor: Anchor;
}
/** The subject of a certificate that chains to a trust store (Notary Project). */
export interface X509Signer {
  readonly kind: "x509";
  /** The certificate's subject (RFC 4514). */
  readonly subject: string;
  /** Lower-case hex of the SHA-256 of its key's SubjectPublicKeyInfo DER. */
  readonly fingerprint: string;
  /** The subject of the certificate's issuer. */
  readonly issuer: string;
  /** Every certificate of its chain that is in a trust store for its signing scheme; empty if none is. */
  readonly anchors: readonly Anchor[];
  /** The period in which every certificate of the chain is valid; absent where the signing authority attests the signing time. */
  readonly validity?: Interval;
  /** The plugin that must process the signature's extended attributes, if the signature names one. */
  readonly plugin?: PluginRequest;
}
export type Signatory = KeySigner | CertificateSigner | X509Signer;

/** Describes a signer: `touchmark.pub (sha256:…)`, `someone@example.com (https://issuer.example.com)`. */
export function describeSignatory(signer: Signatory): string {
  if (signer.kind === "key") return `${signer.name} (sha256:${signer.fingerprint})`;
  return `${signer.kind === "x509" ? signer.subject : signer.identity} (${signer.issuer})`;
}

/** A verified timestamp or log entry of a trusted authority or log. */
export interface VerifiedTimestamp {
  readonly kind: "log" | "timestamp";
  /** The log's URL, or the authority's name. */
  readonly by: string;
  /** Absent where a log gives no time. */
  readonly at?: Instant;
  /** Index of the entry in the log. */
  readonly index?: number;
  /** Digest of the trust store's certificate (DER) that the authority chains to, where there is one. */
  readonly anchor?: Digest;
}

/** The fact questions whose answers would decide an undecided check. */
export interface Need {
  readonly check: CheckName;
  readonly question: FactQuestion;
}

/**
 * The result of verifying one piece of evidence against the trust, independent of any policy. A check that did not run is not
 * listed, so nothing is reported that was not done.
 */
export interface Finding {
  readonly format: string;
  readonly location: EvidenceLocation;
  /** Absent for evidence in a file. */
  readonly manifest?: Digest;
  readonly layer: Digest;
  /** The parsed claim; absent where it cannot be read. Verified only if every check passed. */
  readonly claim?: Claim;
  /** The signed in-toto statement of an attestation, for policies. It is not part of a verdict. */
  readonly statement?: Uint8Array;
  /** Present only if a signature check passed and the signer's certificate is known. */
  readonly signer?: Signatory;
  /** Verified timestamps and log entries. */
  readonly verifiedTimestamps: readonly VerifiedTimestamp[];
  /** The signer that the evidence claims, unverified. */
  readonly hint?: string;
  readonly checks: readonly Check[];
  /** The interval around the time of verification in which this result stays the same. */
  readonly holds: Interval;
  /** Present only for a chain that ends in a trusted root. */
  readonly needs?: readonly Need[];
}

export type Outcome = Check["outcome"];

/** Whether the log entry is still pending and a trusted authority verifies the signing time: only a policy can accept that. */
export function isPending(check: Check): boolean {
  return check.outcome !== "passed" && check.code === "LOG_ENTRY_PENDING";
}

/** Failed if any check failed, else undecided if any is, else passed; an empty list is undecided. */
export function outcomeOf({ checks }: Pick<Finding, "checks">): Outcome {
  const outcomes = new Set(checks.map((check) => check.outcome));
  if (outcomes.has("failed")) return "failed";
  return outcomes.has("undecided") || outcomes.size === 0 ? "undecided" : "passed";
}

/** An unread location. While there is one, the result cannot be "no signature". */
export interface UnreadLocation {
  readonly location: string;
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}
