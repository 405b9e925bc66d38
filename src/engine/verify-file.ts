/** Verify a file: one verdict, by evidence that lies beside it. */
import type { FileSubject } from "../core/file-subject.ts";
import type { GatherFacts } from "../core/facts/facts.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Recorder } from "../core/recorder.ts";
import type { Verdict } from "../core/verdict.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { Trust } from "../trust/trust.ts";
import type { DetachedSignature } from "./detached-signature.ts";
import { withFacts } from "./verify-all.ts";
import type { PolicyAndTrust } from "./verify.ts";

export interface FileEvidenceOptions {
  readonly given: DetachedSignature;
  readonly at: Instant;
  /** Asks what a finding needs to be decided; without it such a one stays undecided. */
  readonly gather?: GatherFacts | undefined;
  readonly signal: AbortSignal;
}

export interface VerifyFileOptions extends FileEvidenceOptions {
  readonly basis: PolicyAndTrust;
  readonly recorder: Recorder;
}

/** The file was read as the format's `readingOf` says. Never throws for what the evidence holds: a bundle that is none, or another file's, is a verdict. */
export async function verifyFile(file: FileSubject, options: VerifyFileOptions): Promise<Verdict> {
  const { given, basis, at, recorder } = options;
  const { policy, trust } = basis;
  const findings = [await findingAbout(file, trust, options)];
  const { reference, digest, mediaType } = file;
  const subject = { reference, digest, ...(mediaType !== undefined && { mediaType }) };
  const verdict = evaluate(policy, { subject, locations: [given.location], findings, unread: [], trust, at });
  await recorder.record({ kind: "decided", verdict });
  return verdict;
}

/** What the evidence proves of the file under this trust, be it a signature or an attestation. */
export function findingAbout(file: FileSubject, trust: Trust, options: FileEvidenceOptions): Promise<Finding> {
  const { format, evidence } = options.given;
  return withFacts((facts) => format.files.verify(evidence, file, trust, options.at, facts), options);
}
