/** A finding for each piece of evidence, by the format that recognised it. */
import type { Evidence } from "../core/evidence.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Subject } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";
import type { Trust } from "../trust/trust.ts";

export interface VerifyAll {
  readonly formats: readonly Format[];
  readonly trust: Trust;
  readonly at: Instant;
}

export function verifyAll(evidence: readonly Evidence[], subject: Subject, { formats, trust, at }: VerifyAll): Promise<readonly Finding[]> {
  const byName = new Map(formats.map((format) => [format.name, format]));
  return Promise.all(evidence.flatMap((one) => byName.get(one.format)?.verify(one, subject, trust, at) ?? []));
}
