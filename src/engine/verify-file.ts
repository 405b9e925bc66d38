/** Verifies a file by a detached signature; one verdict. */
import type { FileSubject } from "../core/file-subject.ts";
import type { Facts } from "../core/facts/facts.ts";
import type { Finding } from "../core/finding.ts";
import type { Verdict } from "../core/verdict.ts";
import { decide, wantedFacts, type DecideOptions } from "./decide.ts";
import type { DetachedSignature } from "./detached-signature.ts";
import { Recording, recordVerdicts, type RecordSettings } from "./recording.ts";
import { stopwatch } from "./stopwatch.ts";
import { withFacts } from "./verify-all.ts";

export interface VerifyFileOptions extends DecideOptions, RecordSettings {
  readonly given: DetachedSignature;
}

/**
 * Verifies the file, which must have been read as the format's `readingOf` says. Never throws for the content of the evidence: an invalid
 * bundle, or one of another file, is a verdict.
 */
export async function verifyFile(file: FileSubject, options: VerifyFileOptions): Promise<Verdict> {
  const { given, basis, at } = options;
  const elapsed = stopwatch();
  const { format, location, evidence } = given;
  const { reference, digest, mediaType } = file;
  const subject = { reference, digest, ...(mediaType !== undefined && { mediaType }) };
  const verify = (facts: Facts): Promise<Finding> => format.verify(evidence, file, basis.trust, at, facts);
  const finding = await withFacts(verify, { ...options, wants: wantedFacts(subject, options) });
  const verdict = await decide({ subject, locations: [location], findings: [finding], unread: [] }, options);
  await recordVerdicts([verdict], elapsed(), new Recording(options));
  return verdict;
}
