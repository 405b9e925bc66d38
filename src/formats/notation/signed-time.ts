/**
 * Whether the signer's certificates held when the signature was made (Notary Project, trust policy, "Validate Authentic
 * Timestamp"): at the time the signing authority vouches for, else at that of a timestamp, else now.
 */
import type { Facts, FactQuestion } from "../../core/facts/facts.ts";
import type { Check, VerifiedTimestamp } from "../../core/finding.ts";
import { formatInstant, maxSkew, type Instant } from "../../core/instant.ts";
import { bareToken } from "../../core/envelopes/timestamp-token.ts";
import { verifyRevocation } from "../../verification/verify-revocation.ts";
import { verifyTimestamp } from "../../verification/verify-timestamp.ts";
import type { NotationTrust } from "../../trust/notation/notation-trust.ts";
import type { CertificateAuthority } from "../../trust/trusted-root.ts";
import { validityBreach } from "./certificate-chain.ts";
import { stamperBreach } from "./certificate-requirements.ts";
import type { NotaryEnvelope } from "./envelope.ts";

export interface SignedTime {
  /** In the order they were made. */
  readonly checks: readonly Check[];
  readonly seen: readonly VerifiedTimestamp[];
  /** The latest that a timestamp which was proven may speak of. */
  readonly until?: Instant;
  /** What would tell whether the authority's certificates were revoked. */
  readonly needs?: readonly FactQuestion[];
}

export interface Known {
  readonly facts: Facts;
  /** The time of verification. */
  readonly at: Instant;
}

export async function checkSignedTime(envelope: NotaryEnvelope, trust: NotationTrust, known: Known): Promise<SignedTime> {
  const { at } = known;
  const { attributes, chain } = envelope;
  if (attributes.scheme === "notary.x509.signingAuthority") {
    const { signingTime } = attributes;
    if (signingTime > at + maxSkew) return unseen(late(signingTime, at));
    return unseen(validity(validityBreach(chain, signingTime), `at the authority's time of signing, ${formatInstant(signingTime)}`));
  }
  const isExpired = chain.some(({ notAfter }) => notAfter < at);
  const isWanted = trust.stores.tsa.length > 0 && (trust.verifyTimestamp === "always" || isExpired);
  if (!isWanted) return unseen(validity(validityBreach(chain, at), `at ${formatInstant(at)}`));
  return checkTimestamp(envelope, trust, known);
}

async function checkTimestamp({ timestamp, signature, chain }: NotaryEnvelope, trust: NotationTrust, known: Known): Promise<SignedTime> {
  if (timestamp === undefined) {
    return unseen({ name: "timestamp", outcome: "failed", code: "TIMESTAMP_MISSING", detail: "the signature carries no timestamp" });
  }
  const proof = await verifyTimestamp(timestamp, { stamped: signature, authorities: timestampAuthorities(trust) });
  if (!("value" in proof)) return unseen(proof.check);
  const { at: stamped, accuracy = 0, isNamedBySha1, authority, chain: stampers } = proof.value;
  if (bareToken(timestamp).length < timestamp.length)
    return unseen(invalid("is the whole answer of a timestamp authority, expected the token alone"));
  if (isNamedBySha1) return unseen(invalid("names the certificate it is signed with by SHA-1 alone (no signing-certificate-v2)"));
  if (stamped > known.at + maxSkew) return unseen(late(stamped, known.at));
  const unfit = stamperBreach(stampers);
  if (unfit !== undefined) {
    const detail = `a certificate of ${authority.name} ${unfit}`;
    return unseen({ name: "timestamp", outcome: "failed", code: "CERTIFICATE_INVALID", detail });
  }
  const breach = validityBreach(chain, stamped - accuracy, stamped + accuracy);
  const checks = [proof.check, validity(breach, `when it was stamped, ${formatInstant(stamped)}`)];
  const seen = [{ kind: "timestamp", by: authority.name, at: stamped } as const];
  if (breach !== undefined) return { checks, seen };
  // Asked even where the trust policy does without the signer's: it is part of the time.
  const { standing } = await verifyRevocation({ chain: stampers, ...known });
  if (standing.outcome === "passed") return { checks, seen, until: stamped + accuracy };
  const { outcome, code, detail } = standing;
  const doubt = unseen({ name: "timestamp", outcome, code, detail: `of ${authority.name}: ${detail}` });
  return outcome === "undecided" ? { ...doubt, needs: standing.needs } : doubt;
}

/** Each root of the stores is an authority of its own. */
function timestampAuthorities({ stores }: NotationTrust): readonly CertificateAuthority[] {
  return stores.tsa.map((root) => ({
    name: root.subject.text,
    operator: root.subject.text,
    chain: [root],
    validFor: { start: root.notBefore, end: root.notAfter },
  }));
}

function unseen(check: Check): SignedTime {
  return { checks: [check], seen: [] };
}

function validity(breach: string | undefined, when: string): Check {
  if (breach === undefined) return { name: "certificate", outcome: "passed", detail: `every certificate holds ${when}` };
  return { name: "certificate", outcome: "failed", code: "EXPIRED", detail: breach };
}

function late(time: Instant, at: Instant): Check {
  return invalid(`made at ${formatInstant(time)}, after the time of verification, ${formatInstant(at)}: one of the clocks is wrong`);
}

function invalid(detail: string): Check {
  return { name: "timestamp", outcome: "failed", code: "TIMESTAMP_INVALID", detail };
}
