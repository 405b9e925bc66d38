/** Verify a file: one verdict, by evidence that lies beside it. */
import type { FileSubject } from "../core/file-subject.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Recorder } from "../core/recorder.ts";
import type { Verdict } from "../core/verdict.ts";
import type { Format } from "../formats/format.ts";
import { evaluate } from "../policy/evaluate.ts";
import type { Trust } from "../trust/trust.ts";
import { fileFormats, type EvidenceFile } from "./given.ts";
import type { Basis } from "./verify.ts";

export interface FileEvidenceOptions {
  readonly formats: readonly Format[];
  readonly given: EvidenceFile;
  readonly at: Instant;
}

export interface VerifyFileOptions extends FileEvidenceOptions {
  readonly basis: Basis;
  readonly recorder: Recorder;
}

/** Never throws for what the evidence holds: a bundle that is none, or another file's, is a verdict. */
export async function verifyFile(file: FileSubject, options: VerifyFileOptions): Promise<Verdict> {
  const { given, basis, at, recorder } = options;
  const { policy, trust } = basis;
  const findings = await findingsAbout(file, trust, options);
  const subject = { reference: file.reference, digest: file.digest };
  const places = [{ kind: "file" as const, path: given.path }];
  const verdict = evaluate(policy, { subject, places, findings, gaps: [], trust, at });
  await recorder.record({ kind: "decided", verdict });
  return verdict;
}

/** What the evidence proves of the file under this trust, signatures and attestations alike. */
export function findingsAbout(
  file: FileSubject,
  trust: Trust,
  { formats, given: { path, bytes }, at }: FileEvidenceOptions,
): Promise<readonly Finding[]> {
  return Promise.all(fileFormats(formats).map(({ files }) => files.verify(files.read(bytes, path), file, trust, at)));
}
