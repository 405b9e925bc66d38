/** What was looked at, how it came out, and what it adds up to for one piece of evidence. */
import type { Digest } from "./digest.ts";
import type { Code } from "./errors.ts";
import type { Claim, EvidenceLocation } from "./evidence.ts";
import type { FactQuestion, PluginRequest } from "./facts/facts.ts";
import type { Instant } from "./instant.ts";
import type { Interval } from "./interval.ts";
import type { KeyAlgorithmName } from "./keys/key-algorithms.ts";
import type { CertificateClaim } from "./x509/certificate-claims.ts";

export type CheckName =
  /** The bytes are a document of the format. */
  | "format"
  /** It speaks of this image, or file. */
  | "subject"
  /** It verifies with the signer's key. */
  | "signature"
  /** Its certificate leads to a trust anchor, at every verified time. */
  | "certificate"
  /** Every certificate was valid when it was signed. */
  | "validity"
  /** A trusted certificate transparency log has the certificate (RFC 6962). */
  | "sct"
  /** A trusted transparency log has the signature. */
  | "log"
  /** A trusted timestamp authority stamped the signature (RFC 3161). */
  | "timestamp"
  /** None of its certificates is revoked. */
  | "revocation"
  /** It is not past the time that its signer gave it. */
  | "expiry"
  /** Made by a policy: the signer is one that an authority names. */
  | "identity"
  /** Made by a policy: the plugin that a signature names has processed its extended attributes. */
  | "plugin";

/** Three outcomes, never two: a forged signature and an unreachable responder are different facts. */
export type Check =
  | { readonly name: CheckName; readonly outcome: "passed"; readonly detail: string }
  | { readonly name: CheckName; readonly outcome: "failed" | "undecided"; readonly code: Code; readonly detail: string };

/** The trust anchor that vouches for a signer: a key's own file, a certificate authority, a certificate in a trust store. */
export interface Anchor {
  /** What the trust calls it. */
  readonly name: string;
  /** Of the anchor's certificate, DER. */
  readonly digest: Digest;
}

/** Who signed, as far as the checks prove it, and the anchors that vouch for it. */
export interface KeySigner {
  readonly kind: "key";
  /** Lower-case hex of the SHA-256 of the key's SubjectPublicKeyInfo DER. */
  readonly fingerprint: string;
  readonly algorithm: KeyAlgorithmName;
  /** What the trust calls it: the file it came from. */
  readonly name: string;
}
/** The identity in a certificate that a sigstore certificate authority issued for an identity token. */
export interface CertificateSigner {
  readonly kind: "certificate";
  /** The certificate's subject alternative name. */
  readonly identity: string;
  /** Who vouched for it to the certificate authority. */
  readonly issuer: string;
  /** What else the issuer said, by the names of certificateIdentity. */
  readonly claims: Readonly<Partial<Record<CertificateClaim, string>>>;
  readonly anchor: Anchor;
}
/** The subject of a certificate that leads to a trust store (Notary Project). */
export interface X509Signer {
  readonly kind: "x509";
  /** The certificate's subject (RFC 4514). */
  readonly subject: string;
  /** The subject of the certificate's issuer. */
  readonly issuer: string;
  /** Every certificate of its chain that is in a trust store for its signing scheme; empty if none is. */
  readonly anchors: readonly Anchor[];
  /** When every certificate of the chain is valid; absent where the signing authority vouches for the time of signing. */
  readonly validity?: Interval;
  /** The plugin that has to process the signature's extended attributes, if it names one. */
  readonly plugin?: PluginRequest;
}
export type Signatory = KeySigner | CertificateSigner | X509Signer;

/** A few words for who signed: `touchmark.pub (sha256:…)`, `someone@example.com (https://issuer.example.com)`. */
export function describeSignatory(signer: Signatory): string {
  if (signer.kind === "key") return `${signer.name} (sha256:${signer.fingerprint})`;
  return `${signer.kind === "x509" ? signer.subject : signer.identity} (${signer.issuer})`;
}

/** A time, or a log entry, that a trusted log or timestamp authority proves. */
export interface VerifiedTimestamp {
  readonly kind: "log" | "timestamp";
  /** The log's URL, what the authority is called. */
  readonly by: string;
  /** Absent where a log does not say. */
  readonly at?: Instant;
  /** Number of the entry in the log. */
  readonly index?: number;
  /** Of the trust store's certificate that vouches for the authority, where there is one. */
  readonly anchor?: Digest;
}

/** What would decide an undecided check: an answer that somebody with a network can get. */
export interface Need {
  readonly check: CheckName;
  readonly question: FactQuestion;
}

/**
 * What verifying one piece of evidence against the trust gave, whatever anybody expects. A check that did not run is not in the list,
 * so nothing can be reported that was not done.
 */
export interface Finding {
  readonly format: string;
  readonly location: EvidenceLocation;
  /** Absent for evidence in a file. */
  readonly manifest?: Digest;
  readonly layer: Digest;
  /** What it says; absent where that cannot be read. Proven only if every check passed. */
  readonly claim?: Claim;
  /** Present only once a signature check passed, and the signer's certificate is known. */
  readonly signer?: Signatory;
  /** As far as the checks prove them. */
  readonly verifiedTimestamps: readonly VerifiedTimestamp[];
  /** What the evidence itself says of its signer; proves nothing. */
  readonly hint?: string;
  readonly checks: readonly Check[];
  /** The interval around the time of verification in which this result stays the same. */
  readonly holds: Interval;
  /** Only of a chain that ends in a trusted root. */
  readonly needs?: readonly Need[];
}

export type Outcome = Check["outcome"];

/** The log is yet to be asked, and a trusted authority proves when the signature was made: only a policy can let that pass. */
export function isPending(check: Check): boolean {
  return check.outcome !== "passed" && check.code === "LOG_ENTRY_PENDING";
}

/** Failed if any check failed, else undecided if any is, else passed; no check at all is undecided. */
export function outcomeOf({ checks }: Pick<Finding, "checks">): Outcome {
  const outcomes = new Set(checks.map((check) => check.outcome));
  if (outcomes.has("failed")) return "failed";
  return outcomes.has("undecided") || outcomes.size === 0 ? "undecided" : "passed";
}

/** A place that could not be read. While there is one, "no signature" cannot be said. */
export interface UnreadLocation {
  readonly location: string;
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
}
