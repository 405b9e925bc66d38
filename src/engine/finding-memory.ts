/** Findings that are remembered while they hold: what verifying the same evidence against the same trust gave, whatever anybody expects. */
import type { Digest } from "../core/digest.ts";
import type { Evidence } from "../core/evidence.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { isWithinInterval } from "../core/interval.ts";
import type { SubjectAddress } from "../core/subject.ts";

export class FindingMemory {
  readonly #findings = new Map<string, Finding>();
  readonly #max: number;

  /** At most so many; the one that was found first is forgotten for another. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Undefined for evidence that was not verified yet, or whose finding does not hold at this time. */
  find(key: string, at: Instant): Finding | undefined {
    const finding = this.#findings.get(key);
    if (finding === undefined || isWithinInterval(finding.holds, at)) return finding;
    this.#findings.delete(key);
    return undefined;
  }

  /** An undecided finding is not kept: the next who asks may decide it. */
  keep(key: string, finding: Finding): void {
    if (finding.checks.some(({ outcome }) => outcome === "undecided")) return;
    const oldest = this.#findings.keys().next();
    if (this.#findings.size >= this.#max && !oldest.done) this.#findings.delete(oldest.value);
    this.#findings.set(key, finding);
  }
}

/** The name of a finding; undefined for evidence in a file, which nobody asks for twice. */
export function findingKey(evidence: Evidence, { repository, digest }: SubjectAddress, trust: Digest): string | undefined {
  const { format, manifest, layer } = evidence;
  return manifest && JSON.stringify([repository, digest, trust, format, manifest, layer]);
}
