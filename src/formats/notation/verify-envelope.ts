/**
 * What an envelope proves (Notary Project, trust policy, "Signature Verification", "Steps"): integrity first, and nothing more where it
 * fails; then authenticity, expiry, time and revocation, all of them. No level lets a check out:
 * each is reported as it came out, and what that leads to is for the policy.
 */
import { equalBytes } from "../../core/bytes.ts";
import { asTouchmarkError } from "../../core/errors.ts";
import type { Facts, FactQuestion } from "../../core/facts/facts.ts";
import type { Check, Signatory, VerifiedTimestamp } from "../../core/finding.ts";
import { formatInstant, type Instant } from "../../core/instant.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { quoteName } from "../../core/x509/name.ts";
import { verifyRevocation } from "../../verification/verify-revocation.ts";
import type { RevocationStatus } from "../../verification/revocation-status.ts";
import type { NotationTrust } from "../../trust/notation/notation-trust.ts";
import { notaryAlgorithmOf } from "./algorithms.ts";
import { chainBreach } from "./certificate-chain.ts";
import type { NotaryEnvelope } from "./envelope.ts";
import type { NotarySigningScheme } from "./signed-attributes.ts";
import { checkIdentity } from "./check-identity.ts";
import { checkPlugin } from "./check-plugin.ts";
import { checkSignedTime } from "./signed-time.ts";

export interface EnvelopeResult {
  readonly checks: readonly Check[];
  /** Only where the signature verifies. */
  readonly signer?: Signatory;
  readonly seen: readonly VerifiedTimestamp[];
  readonly needs: readonly FactQuestion[];
}

/** Checks in the order they were made; never throws for what the envelope holds. */
export async function verifyEnvelope(envelope: NotaryEnvelope, trust: NotationTrust, at: Instant, facts: Facts): Promise<EnvelopeResult> {
  const { attributes, chain } = envelope;
  const [leaf] = chain;
  const signature = await checkSignature(envelope);
  if (signature.outcome !== "passed") return { checks: [signature], seen: [], needs: [] };
  const signer: Signatory = { kind: "x509", subject: leaf.subject.text, issuer: leaf.issuer.text };
  const breach = await chainBreach(chain);
  if (breach) return { checks: [signature, breach], signer, seen: [], needs: [] };
  const time = await checkSignedTime(envelope, trust, { facts, at });
  const trusted = checkTrusted(chain, attributes.scheme, trust);
  const revocation = { chain, facts, at, ...(time.until !== undefined && { signedAt: time.until }) };
  const standing = trust.revocation === "skip" ? undefined : (await verifyRevocation(revocation)).standing;
  // Nobody is asked about a stranger's signature: its certificates name whom to ask.
  const isTrusted = trusted.outcome === "passed";
  const plugin = checkPlugin(envelope, trust, { facts, isTrusted });
  const checks: readonly Check[] = [
    signature,
    trusted,
    ...checkIdentity(leaf, trust, plugin.identity),
    ...(attributes.expiry === undefined ? [] : [checkExpiry(attributes.expiry, at)]),
    ...time.checks,
    ...(standing ? [revocationCheck(standing)] : []),
    ...plugin.checks,
  ];
  const needs = [...(time.needs ?? []), ...(standing?.outcome === "undecided" ? standing.needs : []), ...plugin.needs];
  return { checks, signer, seen: time.seen, needs: isTrusted ? needs : [] };
}

function revocationCheck(standing: RevocationStatus): Check {
  const { detail } = standing;
  if (standing.outcome === "passed") return { name: "revocation", outcome: "passed", detail };
  return { name: "revocation", outcome: standing.outcome, code: standing.code, detail };
}

/** Whether it is by the first certificate of its chain, whoever that is. */
export async function checkSignature({ algorithm, signature, toBeSigned, chain: [leaf] }: NotaryEnvelope): Promise<Check> {
  const failed = (detail: string): Check => ({ name: "signature", outcome: "failed", code: "SIGNATURE_INVALID", detail });
  try {
    const own = notaryAlgorithmOf(leaf.publicKey);
    if (own !== algorithm)
      return failed(`says ${algorithm.jws}, and the certificate's key signs by ${own?.jws ?? "no accepted algorithm"}`);
    const isSigned = algorithm.scheme.verify(leaf.publicKey.key, toBeSigned, signature);
    if (!isSigned) return failed("does not verify with the certificate's key");
    return { name: "signature", outcome: "passed", detail: "verifies with the certificate's key" };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code !== "INVALID_KEY") throw thrown;
    return failed(message);
  }
}

function checkTrusted(chain: readonly Certificate[], scheme: NotarySigningScheme, { name, stores }: NotationTrust): Check {
  const store = scheme === "notary.x509" ? "ca" : "signingAuthority";
  const anchor = chain.find(({ raw }) => stores[store].some((trusted) => equalBytes(trusted.raw, raw)));
  if (anchor) return { name: "certificate", outcome: "passed", detail: `leads to ${quoteName(anchor.subject)}, trusted by ${name}` };
  const root = chain.at(-1);
  const detail = `leads to ${root ? quoteName(root.subject) : "nothing"}, which is in no ${store} store of ${name}`;
  return { name: "certificate", outcome: "failed", code: "CERTIFICATE_UNTRUSTED", detail };
}

function checkExpiry(expiry: Instant, at: Instant): Check {
  const until = formatInstant(expiry);
  if (at < expiry) return { name: "expiry", outcome: "passed", detail: `meant to be used until ${until}` };
  return { name: "expiry", outcome: "failed", code: "EXPIRED", detail: `was meant to be used until ${until}; now is ${formatInstant(at)}` };
}
