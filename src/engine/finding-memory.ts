/** A bounded memory of findings: the result of verifying the same evidence against the same trust, whatever signer is expected. */
import type { Digest } from "../core/digest.ts";
import type { Evidence } from "../core/evidence.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { isWithinInterval } from "../core/interval.ts";
import type { ImageSubject } from "../core/subject.ts";
import { engineLimits } from "./limits.ts";

export class FindingMemory {
  readonly #findings = new Map<string, { readonly finding: Finding; readonly since: Instant }>();
  readonly #max: number;

  /** `max`: maximum number of findings; the oldest is dropped first. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Returns undefined for unknown evidence, and for a finding that does not hold at this time. */
  find(key: string, at: Instant): Finding | undefined {
    const kept = this.#findings.get(key);
    if (kept === undefined) return undefined;
    if (isWithinInterval(kept.finding.holds, at) && kept.since <= at && at <= kept.since + engineLimits.findingAge) return kept.finding;
    this.#findings.delete(key);
    return undefined;
  }

  /**
   * Stores a finding of this time. An undecided one is not stored, since a later verification may decide it, nor one of a revoked
   * certificate, which may only be on hold, nor one with a large statement.
   */
  keep(key: string, finding: Finding, at: Instant): void {
    if ((finding.statement?.length ?? 0) > engineLimits.cachedStatementBytes) return;
    if (finding.checks.some((check) => check.outcome === "undecided" || (check.outcome === "failed" && check.code === "REVOKED"))) return;
    this.#findings.delete(key);
    const oldest = this.#findings.keys().next();
    if (this.#findings.size >= this.#max && !oldest.done) this.#findings.delete(oldest.value);
    this.#findings.set(key, { finding, since: at });
  }
}

/**
 * The cache key of a finding: all that the format sees. A registry says of what type an image is; its digest does not. Undefined for evidence
 * in a file, which is not verified twice.
 */
export function findingKey(evidence: Evidence, { repository, digest, descriptor }: ImageSubject, trust: Digest): string | undefined {
  const { format, manifest, layer } = evidence;
  return manifest && JSON.stringify([repository, digest, descriptor.mediaType, trust, format, manifest, layer]);
}
