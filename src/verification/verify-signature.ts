/**
 * Proves a signature by all that came with it: with a trusted key, or with a certificate at every time that a log or a
 * timestamp authority proves.
 */
import { equalBytes } from "../core/bytes.ts";
import type { Check } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { bundleHint } from "../core/keys/public-key.ts";
import type { Trust, TrustedKey } from "../trust/trust.ts";
import { verifyCertificateSignature } from "./certificate-signature.ts";
import { verifyKeySignature, unverified, type SignatureResult } from "./key-signature.ts";
import { verifyTimes } from "./verify-times.ts";
import type { SignatureEvidence } from "./signature-evidence.ts";

export interface SignatureVerificationRequest {
  readonly evidence: SignatureEvidence;
  readonly trust: Trust;
  /** The time of verification: nothing proven lies after it, further than clocks may differ. */
  readonly at: Instant;
}

/** A trusted key is trusted with whatever certificate lies beside its signature. With several roots, a certificate is proven by the first that vouches for all there is. */
export async function verifySignature({ evidence, trust, at }: SignatureVerificationRequest): Promise<SignatureResult> {
  const { by } = evidence;
  if (by.kind === "key") return proveByKey({ evidence, trust, at }, by.hint);
  const key = trust.keys.find(({ publicKey }) => equalBytes(publicKey.spki, by.leaf.spki));
  if (key) return proveByKey({ evidence, trust, at }, bundleHint(key.publicKey));
  if (trust.identities.length === 0) return unverified(certificateUnexpected(trust));
  let best: SignatureResult | undefined;
  for (const root of trust.roots) {
    const proof = await verifyCertificateSignature({ evidence, by, root, trust, at });
    if (proof.checks.every(({ outcome }) => outcome === "passed")) return proof;
    if (!best || passed(proof) > passed(best)) best = proof; // the root that knows most of it says what is wrong
  }
  return best ?? unverified(certificateUnexpected(trust));
}

function passed({ checks }: SignatureResult): number {
  return checks.filter(({ outcome }) => outcome === "passed").length;
}

/** A signature by certificate where only keys are expected. */
function certificateUnexpected({ keys }: Trust): Check {
  const detail = `made with a certificate, not with ${keys.map(({ name }) => name).join(" or ") || "a key"}`;
  return { name: "signature", outcome: "failed", code: "KEY_MISMATCH", detail };
}

async function proveByKey(question: SignatureVerificationRequest, hint: string | undefined): Promise<SignatureResult> {
  const { evidence, trust } = question;
  const proof = await verifyKeySignature({ ...evidence, hint }, trust.keys);
  const { signer } = proof;
  const key = trust.keys.find(({ publicKey }) => signer?.kind === "key" && publicKey.fingerprint === signer.fingerprint);
  if (!key) return proof;
  const { checks, seen } = await whenSeen(question, key);
  return { checks: [...checks, ...proof.checks], signer, seen };
}

/**
 * A trusted key needs no log and no time: what is of strangers to the trust does not count, what does not hold does,
 * unless another root says that it holds.
 */
async function whenSeen(
  { evidence, trust, at }: SignatureVerificationRequest,
  key: TrustedKey,
): Promise<Pick<SignatureResult, "checks" | "seen">> {
  let broken: readonly Check[] = [];
  for (const root of trust.roots) {
    const { checks, seen } = await verifyTimes({ evidence, verifier: { kind: "key", key: key.publicKey }, root, trust, at });
    const known = checks.filter((check) => check.outcome === "passed" || !isOfStrangers(check));
    if (known.length > 0 && known.every(({ outcome }) => outcome === "passed")) return { checks: known, seen };
    if (broken.length === 0) broken = known;
  }
  return { checks: broken, seen: [] };
}

function isOfStrangers({ code }: Exclude<Check, { readonly outcome: "passed" }>): boolean {
  return code === "LOG_ENTRY_MISSING" || code === "LOG_ENTRY_PENDING" || code === "TIMESTAMP_MISSING";
}
