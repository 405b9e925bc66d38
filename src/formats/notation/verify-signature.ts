/** Verifies an envelope for an image or a file. */
import type { Evidence, SignatureClaim } from "../../core/evidence.ts";
import type { Facts } from "../../core/facts/facts.ts";
import type { Check, Finding } from "../../core/finding.ts";
import type { Instant } from "../../core/instant.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { Trust, TrustedCertificate } from "../../trust/trust.ts";
import { findingOf, reading } from "../checks.ts";
import { parseEnvelope, type EnvelopeKind } from "./envelope.ts";
import type { NotaryAlgorithm } from "./algorithms.ts";
import { parseNotaryPayload, type Target } from "./payload.ts";
import { verifyEnvelope } from "./verify-envelope.ts";

export interface FetchedEnvelope {
  readonly kind: EnvelopeKind;
  readonly bytes: Uint8Array;
}

export interface NotationVerification {
  /** Checks that the payload names the requested target; the algorithm is unverified if the signature does not verify. */
  readonly check: (target: Target, algorithm: NotaryAlgorithm) => Check;
  readonly trust: Trust;
  readonly at: Instant;
  readonly facts: Facts;
}

/** Never throws for the content of the evidence. */
export async function verifyNotationSignature(
  evidence: Evidence,
  { kind, bytes }: FetchedEnvelope,
  { check, trust, at, facts }: NotationVerification,
): Promise<Finding> {
  const read = reading(() => {
    const envelope = parseEnvelope(kind, bytes, Object.values(trust.stores).flatMap(certificatesIn));
    return { envelope, target: parseNotaryPayload(envelope.payload) };
  });
  if ("problem" in read) return findingOf(evidence, at, { checks: [read.problem] });
  const { envelope, target } = read.value;
  const claim: SignatureClaim = { kind: "signature", subject: target.digest, annotations: target.annotations ?? {} };
  const format: Check = { name: "format", outcome: "passed", detail: `a Notary Project signature in ${kind.name}` };
  const hint = envelope.chain[0].subject.text;
  const { ca, signingAuthority } = trust.stores;
  if (ca.length + signingAuthority.length === 0) return findingOf(evidence, at, { claim, hint, checks: [format, untrusted(trust)] });
  const { checks, ...result } = await verifyEnvelope(envelope, trust.stores, at, facts);
  return findingOf(evidence, at, { ...result, claim, hint, checks: [format, ...checks, check(target, envelope.algorithm)] });
}

function certificatesIn(store: readonly TrustedCertificate[]): readonly Certificate[] {
  return store.map(({ certificate }) => certificate);
}

/** The check for a signature by certificate if no certificate authority is trusted. */
function untrusted({ keys }: Trust): Check {
  if (keys.length === 0) {
    const detail = "no certificate authority is trusted for Notary Project signatures";
    return { name: "certificate", outcome: "failed", code: "CERTIFICATE_UNTRUSTED", detail };
  }
  const detail = `made with a certificate, not with ${keys.map(({ name }) => name).join(" or ")}`;
  return { name: "signature", outcome: "failed", code: "KEY_MISMATCH", detail };
}
