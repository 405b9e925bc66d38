/** What was looked at, how it came out, and what it adds up to for one piece of evidence. */
import type { Digest } from "./digest.ts";
import type { Code } from "./errors.ts";
import type { Claim, EvidenceLocation } from "./evidence.ts";
import type { FactQuestion } from "./facts/facts.ts";
import type { Instant } from "./instant.ts";
import type { KeyAlgorithmName } from "./keys/key-algorithms.ts";
import type { CertificateClaim } from "./x509/certificate-claims.ts";

export type CheckName =
  /** The bytes are a document of the format. */
  | "format"
  /** It speaks of this image, or file. */
  | "subject"
  /** It verifies with a trusted key. */
  | "signature"
  /** Its certificate leads to a trusted root at the proven time. */
  | "certificate"
  /** A trusted log has seen the certificate (RFC 6962). */
  | "sct"
  /** A trusted log holds it. */
  | "log"
  /** A trusted authority saw it at a time (RFC 3161). */
  | "timestamp"
  /** None of its certificates was revoked. */
  | "revocation"
  /** The one who signed is the one who is expected. */
  | "identity"
  /** The plugin that it names has processed what only that one knows. */
  | "plugin"
  /** It is not past the time that its signer gave it. */
  | "expiry";

/** Three outcomes, never two: a forged signature and an unreachable responder are different facts. */
export type Check =
  | { readonly name: CheckName; readonly outcome: "passed"; readonly detail: string }
  | { readonly name: CheckName; readonly outcome: "failed" | "undecided"; readonly code: Code; readonly detail: string };

/** Who signed, as far as the checks prove it. */
export interface KeySigner {
  readonly kind: "key";
  /** Lower-case hex of the SHA-256 of the key's SubjectPublicKeyInfo DER. */
  readonly fingerprint: string;
  readonly algorithm: KeyAlgorithmName;
  /** What the trust calls it: the file it came from. */
  readonly name: string;
}
export interface CertificateSigner {
  readonly kind: "certificate";
  /** The certificate's subject alternative name. */
  readonly identity: string;
  /** Who vouched for it to the certificate authority. */
  readonly issuer: string;
  /** What else the issuer said, by the names of certificateIdentity. */
  readonly claims: Readonly<Partial<Record<CertificateClaim, string>>>;
}
/** Whom a certificate names that an authority of one's own gave, not for a token. */
export interface X509Signer {
  readonly kind: "x509";
  /** The certificate's subject (RFC 4514). */
  readonly subject: string;
  /** Whom the certificate is by. */
  readonly issuer: string;
}
export type Signatory = KeySigner | CertificateSigner | X509Signer;

/** A few words for who signed: `touchmark.pub (sha256:…)`, `someone@example.com (https://issuer.example.com)`. */
export function describeSignatory(signer: Signatory): string {
  if (signer.kind === "key") return `${signer.name} (sha256:${signer.fingerprint})`;
  return `${signer.kind === "x509" ? signer.subject : signer.identity} (${signer.issuer})`;
}

/** Who proves to have seen the signature: a log that holds it, or an authority that stamped it. */
export interface VerifiedTimestamp {
  readonly kind: "log" | "timestamp";
  /** The log's URL, what the authority is called. */
  readonly by: string;
  /** Absent where a log does not say. */
  readonly at?: Instant;
  /** Number of the entry in the log. */
  readonly index?: number;
}

/** A check that did not run is not in the list, so nothing can be reported that was not done. */
export interface Finding {
  readonly format: string;
  readonly location: EvidenceLocation;
  /** Absent for evidence in a file. */
  readonly manifest?: Digest;
  readonly layer: Digest;
  /** What it says; absent where that cannot be read. Proven only if every check passed. */
  readonly claim?: Claim;
  /** Present only once a signature check passed. */
  readonly signer?: Signatory;
  /** As far as the checks prove it. */
  readonly seen: readonly VerifiedTimestamp[];
  /** What the evidence itself says of its signer; proves nothing. */
  readonly hint?: string;
  readonly checks: readonly Check[];
  /** What would decide a check that is undecided, for whoever has a network; only of a chain that ends in a trusted root. */
  readonly needs?: readonly FactQuestion[];
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
