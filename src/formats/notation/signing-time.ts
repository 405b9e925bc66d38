/**
 * Verifies when a signature was made, and whether its certificates were valid at that time (Notary Project, trust policy, "Validate
 * Authentic Timestamp"): the time that the signing authority vouches for, else that of a timestamp. The signer carries the certificates'
 * dates, by which the policy decides about validity now; the policy also decides whether a timestamp is required.
 */
import { digestOf } from "../../core/digest.ts";
import type { Facts } from "../../core/facts/facts.ts";
import type { Check, Need, VerifiedTimestamp } from "../../core/finding.ts";
import { formatInstant, maxSkew, type Instant } from "../../core/instant.ts";
import { bareToken } from "../../core/envelopes/timestamp-token.ts";
import type { TrustStores } from "../../trust/trust.ts";
import type { CertificateAuthority } from "../../trust/trusted-root.ts";
import { verifyRevocation } from "../../verification/verify-revocation.ts";
import { verifyTimestamp } from "../../verification/verify-timestamp.ts";
import { validityBreach } from "./certificate-chain.ts";
import { stamperBreach } from "./certificate-requirements.ts";
import type { NotaryEnvelope } from "./envelope.ts";

export interface SigningTime {
  /** In the order they were made; empty if the trust has no timestamp authority. */
  readonly checks: readonly Check[];
  readonly verifiedTimestamps: readonly VerifiedTimestamp[];
  readonly changesAt: readonly (Instant | undefined)[];
  /** The latest time that a verified timestamp may state. */
  readonly until?: Instant;
  /** The facts that would decide whether the timestamp authority's certificates are revoked. */
  readonly needs: readonly Need[];
}

interface Known {
  readonly facts: Facts;
  /** The time of verification. */
  readonly at: Instant;
}

export async function verifySigningTime(envelope: NotaryEnvelope, stores: TrustStores, known: Known): Promise<SigningTime> {
  const { at } = known;
  const { attributes, chain } = envelope;
  if (attributes.scheme === "notary.x509.signingAuthority") {
    const { signingTime } = attributes;
    if (signingTime > at + maxSkew) return unverified(late(signingTime, at), [signingTime - maxSkew]);
    const check = validity(validityBreach(chain, signingTime), `at the authority's time of signing, ${formatInstant(signingTime)}`);
    return unverified(check, [signingTime - maxSkew]);
  }
  if (stores.tsa.length === 0) return { checks: [], verifiedTimestamps: [], changesAt: [], needs: [] };
  return checkTimestamp(envelope, stores, known);
}

async function checkTimestamp({ timestamp, signature, chain }: NotaryEnvelope, stores: TrustStores, known: Known): Promise<SigningTime> {
  if (timestamp === undefined) {
    return unverified({ name: "timestamp", outcome: "failed", code: "TIMESTAMP_MISSING", detail: "the signature carries no timestamp" });
  }
  const result = await verifyTimestamp(timestamp, { stamped: signature, authorities: timestampAuthorities(stores) });
  if (!("value" in result)) return unverified(result.check);
  const { at: stamped, accuracy = 0, isNamedBySha1, authority, chain: stampers } = result.value;
  if (bareToken(timestamp).length < timestamp.length)
    return unverified(invalid("is the whole answer of a timestamp authority, expected the token alone"));
  if (isNamedBySha1) return unverified(invalid("names the certificate it is signed with by SHA-1 alone (no signing-certificate-v2)"));
  if (stamped > known.at + maxSkew) return unverified(late(stamped, known.at), [stamped - maxSkew]);
  const unfit = stamperBreach(stampers);
  if (unfit !== undefined) {
    const detail = `a certificate of ${authority.name} ${unfit}`;
    return unverified({ name: "timestamp", outcome: "failed", code: "CERTIFICATE_INVALID", detail });
  }
  const breach = validityBreach(chain, stamped - accuracy, stamped + accuracy);
  const checks = [result.check, validity(breach, `when it was stamped, ${formatInstant(stamped)}`)];
  const root = authority.chain.at(-1);
  const anchor = root && { anchor: digestOf(root.raw) };
  const verifiedTimestamps = [{ kind: "timestamp", by: authority.name, at: stamped, ...anchor } as const];
  if (breach !== undefined) return { checks, verifiedTimestamps, changesAt: [stamped - maxSkew], needs: [] };
  const { status } = await verifyRevocation({ chain: stampers, ...known });
  if (status.outcome === "passed") {
    const changesAt = [stamped - maxSkew, ...(status.until === undefined ? [] : [status.until + 1])];
    return { checks, verifiedTimestamps, changesAt, until: stamped + accuracy, needs: [] };
  }
  const { outcome, code, detail } = status;
  const doubt = unverified({ name: "timestamp", outcome, code, detail: `of ${authority.name}: ${detail}` });
  if (outcome === "failed") return doubt;
  return { ...doubt, needs: status.needs.map((question) => ({ check: "timestamp", question })) };
}

/** One timestamp authority for each root of the stores. */
function timestampAuthorities({ tsa }: TrustStores): readonly CertificateAuthority[] {
  return tsa.map(({ certificate: root }) => ({
    name: root.subject.text,
    operator: root.subject.text,
    chain: [root],
    validFor: { start: root.notBefore, end: root.notAfter },
  }));
}

function unverified(check: Check, changesAt: readonly Instant[] = []): SigningTime {
  return { checks: [check], verifiedTimestamps: [], changesAt, needs: [] };
}

function validity(breach: string | undefined, when: string): Check {
  if (breach === undefined) return { name: "validity", outcome: "passed", detail: `every certificate was valid ${when}` };
  return { name: "validity", outcome: "failed", code: "EXPIRED", detail: breach };
}

function late(time: Instant, at: Instant): Check {
  return invalid(`made at ${formatInstant(time)}, after the time of verification, ${formatInstant(at)}: one of the clocks is wrong`);
}

function invalid(detail: string): Check {
  return { name: "timestamp", outcome: "failed", code: "TIMESTAMP_INVALID", detail };
}
