/** Verifies all evidence: one finding for each piece, by the format that recognised it, without duplicates of one signature. */
import { throwIfAborted } from "../core/async/interruption.ts";
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Evidence } from "../core/evidence.ts";
import type { FactAnswer, FactQuestion, Facts, GatherFacts } from "../core/facts/facts.ts";
import { outcomeOf, type Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { ImageSubject } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";
import type { Trust } from "../trust/trust.ts";
import { engineLimits } from "./limits.ts";
import { askOnce } from "./ask-once.ts";
import { findingKey, type FindingMemory } from "./finding-memory.ts";

export interface VerifyAll {
  readonly formats: readonly Format[];
  readonly trust: Trust;
  readonly at: Instant;
  /** Gathers facts that findings need; without it, they stay undecided. */
  readonly gather?: GatherFacts | undefined;
  /** Selects which facts of a finding to gather; without it, all. */
  readonly wants?: ((finding: Finding) => readonly FactQuestion[]) | undefined;
  /** A cache of findings. */
  readonly findings?: FindingMemory | undefined;
  readonly signal: AbortSignal;
}

/** Verifies a few pieces at a time, so that a thousand slow ones still end within the time limit. */
export async function verifyAll(evidence: readonly Evidence[], subject: ImageSubject, options: VerifyAll): Promise<readonly Finding[]> {
  const { signal, wants } = options;
  const gather = options.gather && askOnce(options.gather);
  const byName = new Map(options.formats.map((format) => [format.name, format]));
  const readable = evidence.flatMap((one) => {
    const format = byName.get(one.format);
    return format ? [{ one, format }] : [];
  });
  const named = await mapBounded(readable, engineLimits.requests, async ({ one, format }): Promise<Named> => {
    const key = findingKey(one, subject, options.trust.digest);
    const known = key === undefined ? undefined : options.findings?.find(key, options.at);
    if (known) return { finding: known, name: nameOf(one, known) };
    // Verification may be synchronous; the timer of the deadline must get its turn.
    await new Promise(setImmediate);
    throwIfAborted(signal);
    const finding = await withFacts((facts) => format.verify(one, subject, options.trust, options.at, facts), { gather, signal, wants });
    if (key !== undefined) options.findings?.keep(key, finding, options.at);
    return { finding, name: nameOf(one, finding) };
  });
  return distinct(named);
}

/** Verifies, and verifies again with the facts that the finding needs. */
export async function withFacts(
  verify: (facts: Facts) => Promise<Finding>,
  { gather, signal, wants = allNeeds }: Pick<VerifyAll, "gather" | "signal" | "wants">,
): Promise<Finding> {
  const facts = new Map<string, FactAnswer>();
  for (let round = 0; ; round++) {
    const { needs, ...finding } = await verify(facts);
    if (!gather || !needs || round === engineLimits.factRounds) return finding;
    const questions = wants({ ...finding, needs });
    if (questions.length === 0) return finding;
    for (const [key, answer] of await gather(questions, signal)) facts.set(key, answer);
  }
}

function allNeeds({ needs = [] }: Finding): readonly FactQuestion[] {
  return needs.map(({ question }) => question);
}

interface Named {
  readonly finding: Finding;
  /** Equal for copies of one signature; undefined if no signer is verified. */
  readonly name: string | undefined;
}

function nameOf({ format, signature }: Evidence, { signer, claim }: Finding): string | undefined {
  return signature && signer && JSON.stringify([format, signature, signer, claim]);
}

/**
 * Drops further copies of a signature: those about which a policy decides the same, and those that did not pass beside one that did, such as
 * the pending one beside the completed one. Other copies stay: strangers can attach a signature again with other material beside it.
 */
function distinct(named: readonly Named[]): readonly Finding[] {
  const passed = new Set(named.flatMap(({ finding, name }) => (outcomeOf(finding) === "passed" ? name : [])));
  const seen = new Set<string>();
  return named.flatMap(({ finding, name }) => {
    if (name === undefined) return [finding];
    if (passed.has(name) && outcomeOf(finding) !== "passed") return [];
    const checks = finding.checks.map((check) => [check.name, check.outcome, check.outcome === "passed" ? "" : check.code]);
    const same = JSON.stringify([name, checks, finding.verifiedTimestamps.map(({ anchor }) => anchor)]);
    if (seen.has(same)) return [];
    seen.add(same);
    return [finding];
  });
}
