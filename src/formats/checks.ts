/** Checks that more than one format makes, in one wording. */
import { asTouchmarkError } from "../core/errors.ts";
import type { Claim, Evidence } from "../core/evidence.ts";
import type { Check, Finding, Signatory } from "../core/finding.ts";
import { bundleHint, type PublicKey } from "../core/public-key.ts";
import type { Subject } from "../core/subject.ts";
import type { Trust } from "../trust/trust.ts";

/** What reading gave, or the check that says why it could not be read. */
export type Reading<T> = { readonly value: T } | { readonly problem: Check };

/**
 * Reads bytes of a stranger. What is no document of the format fails; what is over the bounds or of a kind
 * not supported yet is undecided, for nobody looked at it.
 */
export function reading<T>(read: () => T): Reading<T> {
  try {
    return { value: read() };
  } catch (thrown) {
    const { code, message } = asTouchmarkError(thrown);
    if (code === "MALFORMED") return { problem: { name: "format", outcome: "failed", code: "MALFORMED_EVIDENCE", detail: message } };
    return { problem: { name: "format", outcome: "undecided", code, detail: message } };
  }
}

/** Evidence whose blob is larger than the format's bound: not fetched, and so not decided. */
export function tooLarge(size: number, max: number): Check {
  return { name: "format", outcome: "undecided", code: "LIMIT_EXCEEDED", detail: `not read: ${size} bytes, over the limit of ${max}` };
}

/** A signature by certificate where only keys are expected. */
export function certificateUnexpected({ keys }: Trust): Check {
  const detail = `made with a certificate, not with ${keys.map(({ name }) => name).join(" or ") || "a key"}`;
  return { name: "signature", outcome: "failed", code: "KEY_MISMATCH", detail };
}

/** The place that certificates will have. */
export function certificateUnsupported(what: string): Check {
  return {
    name: "certificate",
    outcome: "undecided",
    code: "UNSUPPORTED",
    detail: `${what}: signatures by certificate are not supported yet`,
  };
}

/** Whether it speaks of this image. */
export function subjectCheck(namesSubject: boolean, claim: Claim, subject: Subject): Check {
  if (namesSubject) return { name: "subject", outcome: "passed", detail: `for ${subject.digest}` };
  const detail =
    claim.subject === subject.digest
      ? `for ${subject.digest}, but a digest of other content stands beside it`
      : `for ${claim.subject}, not for ${subject.digest}`;
  return { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail };
}

export interface Results {
  readonly checks: readonly Check[];
  readonly claim?: Claim;
  readonly signer?: Signatory | undefined;
  readonly hint?: string | undefined;
}

/** What was found out about one piece of evidence, beside where it lies. */
export function findingOf(evidence: Evidence, { checks, claim, signer, hint }: Results): Finding {
  return {
    format: evidence.format,
    place: evidence.place,
    manifest: evidence.manifest,
    layer: evidence.layer.digest,
    ...(claim && { claim }),
    ...(signer && { signer }),
    ...(hint !== undefined && { hint: describeHint(hint) }),
    checks,
  };
}

export interface SignatureCheck {
  readonly check: Check;
  readonly signer: Signatory | undefined;
}

/**
 * Tries every trusted key. `hint` is what the evidence itself says of its key: advice that proves nothing, but
 * tells an altered signature of a trusted key from a stranger's.
 */
export async function checkSignature(
  verifiesWith: (key: PublicKey) => Promise<boolean>,
  trust: Trust,
  hint: string | undefined,
): Promise<SignatureCheck> {
  if (trust.keys.length === 0 && trust.identities.length > 0) {
    const detail = "made with a key, and a certificate is expected";
    return { check: { name: "certificate", outcome: "failed", code: "CERTIFICATE_REQUIRED", detail }, signer: undefined };
  }
  const verified = await Promise.all(trust.keys.map(({ publicKey }) => verifiesWith(publicKey)));
  const by = trust.keys.find((_, i) => verified[i]);
  if (by) {
    const { fingerprint, algorithm } = by.publicKey;
    return {
      check: { name: "signature", outcome: "passed", detail: `verifies with ${by.name} (sha256:${fingerprint})` },
      signer: { kind: "key", fingerprint, algorithm: algorithm.name, name: by.name },
    };
  }
  const named = trust.keys.find(({ publicKey }) => bundleHint(publicKey) === hint);
  if (named) {
    const detail = `names ${named.name} (sha256:${named.publicKey.fingerprint}) and does not verify with it`;
    return { check: { name: "signature", outcome: "failed", code: "SIGNATURE_INVALID", detail }, signer: undefined };
  }
  const tried = trust.keys.map(({ name }) => name).join(", ") || "no key";
  const says = hint === undefined ? "does not say by which key it was made" : `names the key ${describeHint(hint)}`;
  const detail = `tried ${tried} without success; the signature ${says}`;
  return { check: { name: "signature", outcome: "failed", code: "KEY_MISMATCH", detail }, signer: undefined };
}

/** A hint in the spelling of fingerprints where it is one of a key, else quoted and cut. */
function describeHint(hint: string): string {
  const bytes = Buffer.from(hint, "base64");
  return bytes.length === 32 && bytes.toString("base64") === hint ? `sha256:${bytes.toString("hex")}` : JSON.stringify(hint.slice(0, 100));
}
