/** Checks that several formats make, with the same messages. */
import { throwIfAborted } from "../core/async/interruption.ts";
import { asTouchmarkError, TouchmarkError } from "../core/errors.ts";
import type { Claim, Evidence } from "../core/evidence.ts";
import type { Check, Finding, Need, VerifiedTimestamp, Signatory } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { intervalAround } from "../core/interval.ts";
import type { Content } from "../core/content.ts";
import type { ImageSubject, Subject } from "../core/subject.ts";
import { describeHint } from "../verification/key-signature.ts";

/** A value, or the check that says why it could not be read. */
export type Reading<T> = { readonly value: T } | { readonly problem: Check };

/**
 * Reads untrusted bytes. Malformed bytes give a failed check; bytes over the limits or of an unsupported kind give an undecided one, since
 * they were not examined.
 */
export function reading<T>(read: () => T): Reading<T> {
  try {
    return { value: read() };
  } catch (thrown) {
    return { problem: problemOf(thrown) };
  }
}

/** Like `reading`, for reading that yields to the event loop; throws the signal's abort reason. */
export async function readingAsync<T>(read: () => Promise<T>, signal: AbortSignal): Promise<Reading<T>> {
  try {
    return { value: await read() };
  } catch (thrown) {
    throwIfAborted(signal);
    return { problem: problemOf(thrown) };
  }
}

function problemOf(thrown: unknown): Check {
  const { code, message } = asTouchmarkError(thrown);
  if (code === "MALFORMED") return { name: "format", outcome: "failed", code: "MALFORMED_EVIDENCE", detail: message };
  return { name: "format", outcome: "undecided", code, detail: message };
}

/** The undecided check for evidence whose blob exceeds the format's limit and was not fetched. */
export function tooLarge(size: number, max: number): Check {
  return { name: "format", outcome: "undecided", code: "LIMIT_EXCEEDED", detail: `not read: ${size} bytes, over the limit of ${max}` };
}

/** The check of whether the claim is about this image or file. */
export function subjectCheck(namesSubject: boolean, claim: Claim, { digest }: Pick<Content, "digest">): Check {
  if (namesSubject) return { name: "subject", outcome: "passed", detail: `for ${digest}` };
  const detail =
    claim.subject === digest ? `for ${digest}, but a digest of other content stands beside it` : `for ${claim.subject}, not for ${digest}`;
  return { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail };
}

export interface Results {
  readonly checks: readonly Check[];
  readonly claim?: Claim;
  readonly statement?: Uint8Array | undefined;
  readonly signer?: Signatory | undefined;
  readonly verifiedTimestamps?: readonly VerifiedTimestamp[];
  /** Times at which the result may change. */
  readonly changesAt?: readonly (Instant | undefined)[];
  readonly needs?: readonly Need[];
  readonly hint?: string | undefined;
}

/** The result of verifying one piece of evidence, without its location. */
export function findingOf(
  evidence: Evidence,
  at: Instant,
  { checks, claim, statement, signer, verifiedTimestamps = [], changesAt = [], hint, needs = [] }: Results,
): Finding {
  return {
    format: evidence.format,
    location: evidence.location,
    ...(evidence.manifest !== undefined && { manifest: evidence.manifest }),
    layer: evidence.layer.digest,
    ...(claim && { claim }),
    ...(statement && { statement }),
    ...(signer && { signer }),
    verifiedTimestamps,
    ...(needs.length > 0 && { needs }),
    ...(hint !== undefined && { hint: describeHint(hint) }),
    checks,
    holds: intervalAround(at, changesAt),
  };
}

/** Throws USAGE for an expiry, in formats that have none. */
export function refuseExpiry(format: string, { expiry }: { readonly expiry?: Instant }): void {
  if (expiry === undefined) return;
  throw new TouchmarkError("USAGE", `a signature in the format ${format} cannot say when it expires`, {
    hint: "Only the format notation can: sign in it alone, or without an expiry.",
  });
}

/** The image to write evidence for. Throws UNSUPPORTED for a file, in writers for images only; `what` begins the message. */
export function imageOnly(subject: Subject, what: string): ImageSubject {
  return subject.kind === "image" ? subject : noFiles(what);
}

/** Throws UNSUPPORTED. */
export function noFiles(what: string): never {
  throw new TouchmarkError("UNSUPPORTED", `${what} for images only, not for files`, { hint: "Sign files in the format bundle." });
}
