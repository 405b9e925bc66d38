/** Checks that more than one format makes, in one wording. */
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import type { Claim, Evidence } from "../core/evidence.ts";
import type { Check, Finding, Need, VerifiedTimestamp, Signatory } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { intervalAround } from "../core/interval.ts";
import type { Content } from "../core/subject.ts";
import { describeHint } from "../verification/key-signature.ts";

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

/** Whether it speaks of this image, or file. */
export function subjectCheck(namesSubject: boolean, claim: Claim, { digest }: Pick<Content, "digest">): Check {
  if (namesSubject) return { name: "subject", outcome: "passed", detail: `for ${digest}` };
  const detail =
    claim.subject === digest ? `for ${digest}, but a digest of other content stands beside it` : `for ${claim.subject}, not for ${digest}`;
  return { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail };
}

export interface Results {
  readonly checks: readonly Check[];
  readonly claim?: Claim;
  readonly signer?: Signatory | undefined;
  readonly verifiedTimestamps?: readonly VerifiedTimestamp[];
  /** When the result may change. */
  readonly changesAt?: readonly (Instant | undefined)[];
  readonly needs?: readonly Need[];
  readonly hint?: string | undefined;
}

/** What was found out about one piece of evidence, beside where it lies. */
export function findingOf(
  evidence: Evidence,
  at: Instant,
  { checks, claim, signer, verifiedTimestamps = [], changesAt = [], hint, needs = [] }: Results,
): Finding {
  return {
    format: evidence.format,
    location: evidence.location,
    ...(evidence.manifest !== undefined && { manifest: evidence.manifest }),
    layer: evidence.layer.digest,
    ...(claim && { claim }),
    ...(signer && { signer }),
    verifiedTimestamps,
    ...(needs.length > 0 && { needs }),
    ...(hint !== undefined && { hint: describeHint(hint) }),
    checks,
    holds: intervalAround(at, changesAt),
  };
}

/** For formats that cannot say until when a signature is meant to be used. Throws USAGE. */
export function refuseExpiry(format: string, { expiry }: { readonly expiry?: Instant }): void {
  if (expiry === undefined) return;
  throw new TouchmarkError("USAGE", `a signature in the format ${format} cannot say when it expires`, {
    hint: "Only the format notation can: sign in it alone, or without an expiry.",
  });
}
