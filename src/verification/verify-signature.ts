/**
 * Verifies a signature with all of its verification material: with a trusted key, or with a certificate at every verified time of a log
 * or a timestamp authority.
 */
import { equalBytes } from "../core/bytes.ts";
import type { Check } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { bundleHint } from "../core/keys/public-key.ts";
import type { Trust, TrustedKey } from "../trust/trust.ts";
import { verifyCertificateSignature } from "./certificate-signature.ts";
import { verifyKeySignature, unverified, type SignatureResult } from "./key-signature.ts";
import { verifyTimes, type Times } from "./verify-times.ts";
import type { SignatureEvidence } from "./signature-evidence.ts";

export interface SignatureVerificationRequest {
  readonly evidence: SignatureEvidence;
  readonly trust: Trust;
  /** The time of verification: verified times may be after it only by the tolerated clock difference. */
  readonly at: Instant;
}

/** A trusted key is accepted whatever certificate accompanies its signature. With several roots, the first that verifies everything decides. */
export async function verifySignature({ evidence, trust, at }: SignatureVerificationRequest): Promise<SignatureResult> {
  const { by } = evidence;
  if (by.kind === "key") return verifyByKey({ evidence, trust, at }, by.hint);
  const key = trust.keys.find(({ publicKey }) => equalBytes(publicKey.spki, by.leaf.spki));
  if (key) return verifyByKey({ evidence, trust, at }, bundleHint(key.publicKey));
  if (trust.roots.length === 0) return unverified(certificateUntrusted(trust));
  let best: SignatureResult | undefined;
  const changesAt: (Instant | undefined)[] = []; // under any of the roots asked
  for (const root of trust.roots) {
    const result = await verifyCertificateSignature({ evidence, by, root, at });
    changesAt.push(...result.changesAt);
    if (result.checks.every(({ outcome }) => outcome === "passed")) return { ...result, changesAt };
    if (!best || passed(result) > passed(best)) best = result; // the root with the most passed checks reports what is wrong
  }
  return best ? { ...best, changesAt } : unverified(certificateUntrusted(trust));
}

function passed({ checks }: SignatureResult): number {
  return checks.filter(({ outcome }) => outcome === "passed").length;
}

/** The result for a signature by certificate if only keys are trusted. */
function certificateUntrusted({ keys }: Trust): Check {
  const detail = `made with a certificate, not with ${keys.map(({ name }) => name).join(" or ") || "a key"}`;
  return { name: "signature", outcome: "failed", code: "KEY_MISMATCH", detail };
}

async function verifyByKey(question: SignatureVerificationRequest, hint: string | undefined): Promise<SignatureResult> {
  const { evidence, trust } = question;
  const result = await verifyKeySignature({ ...evidence, hint }, trust.keys);
  const { signer } = result;
  const key = trust.keys.find(({ publicKey }) => signer?.kind === "key" && publicKey.fingerprint === signer.fingerprint);
  if (!key) return result;
  const { checks, ...times } = await timesByKey(question, key);
  return { checks: [...checks, ...result.checks], signer, ...times };
}

/**
 * A trusted key needs no log and no time: entries and timestamps of untrusted services do not count; an invalid one of a trusted
 * log or authority fails, unless it verifies under another root.
 */
async function timesByKey({ evidence, trust, at }: SignatureVerificationRequest, key: TrustedKey): Promise<Times> {
  let broken: readonly Check[] = [];
  const changesAt: (Instant | undefined)[] = []; // under any of the roots asked
  for (const root of trust.roots) {
    const { checks, verifiedTimestamps, ...times } = await verifyTimes({
      evidence,
      verifier: { kind: "key", key: key.publicKey },
      root,
      at,
    });
    changesAt.push(...times.changesAt);
    const known = checks.filter((check) => check.outcome === "passed" || !isOfOthers(check));
    if (known.length > 0 && known.every(({ outcome }) => outcome === "passed")) return { checks: known, verifiedTimestamps, changesAt };
    if (broken.length === 0) broken = known;
  }
  return { checks: broken, verifiedTimestamps: [], changesAt };
}

function isOfOthers({ code }: Exclude<Check, { readonly outcome: "passed" }>): boolean {
  return code === "LOG_ENTRY_MISSING" || code === "LOG_ENTRY_PENDING" || code === "TIMESTAMP_MISSING";
}
