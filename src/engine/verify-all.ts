/** A finding for each piece of evidence, by the format that recognised it; for one signature that lies there several times, one. */
import { throwIfAborted } from "../core/async/interruption.ts";
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Evidence } from "../core/evidence.ts";
import type { FactAnswer, FactQuestion, Facts, GatherFacts } from "../core/facts/facts.ts";
import { outcomeOf, type Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Subject } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";
import type { Trust } from "../trust/trust.ts";
import { askOnce } from "./ask-once.ts";
import { findingKey, type FindingMemory } from "./finding-memory.ts";
import { width } from "./locations.ts";

export interface VerifyAll {
  readonly formats: readonly Format[];
  readonly trust: Trust;
  readonly at: Instant;
  /** Asks what findings need; without it they stay as they are. */
  readonly gather?: GatherFacts | undefined;
  /** Which of a finding's needs are worth asking; without it, all. */
  readonly wants?: ((finding: Finding) => readonly FactQuestion[]) | undefined;
  /** Where findings are remembered while they hold. */
  readonly findings?: FindingMemory | undefined;
  readonly signal: AbortSignal;
}

/** Facts lead to other questions this often: a responder, a list, what has changed since the list. */
const maxRounds = 3;

/** A few at a time: a thousand that are slow to verify end with the time that is allowed. */
export async function verifyAll(evidence: readonly Evidence[], subject: Subject, options: VerifyAll): Promise<readonly Finding[]> {
  const { signal, wants } = options;
  const gather = options.gather && askOnce(options.gather);
  const byName = new Map(options.formats.map((format) => [format.name, format]));
  const readable = evidence.flatMap((one) => {
    const format = byName.get(one.format);
    return format ? [{ one, format }] : [];
  });
  const named = await mapBounded(readable, width, async ({ one, format }): Promise<Named> => {
    const key = findingKey(one, subject, options.trust.digest);
    const known = key === undefined ? undefined : options.findings?.find(key, options.at);
    if (known) return { finding: known, name: nameOf(one, known) };
    // Verifying may wait for nothing; the clock that ends it has to have its turn.
    await new Promise(setImmediate);
    throwIfAborted(signal);
    const finding = await withFacts((facts) => format.verify(one, subject, options.trust, options.at, facts), { gather, signal, wants });
    if (key !== undefined) options.findings?.keep(key, finding);
    return { finding, name: nameOf(one, finding) };
  });
  return distinct(named);
}

/** What verifying finds, asked again with what it needs to know. */
export async function withFacts(
  verify: (facts: Facts) => Promise<Finding>,
  { gather, signal, wants = allNeeds }: Pick<VerifyAll, "gather" | "signal" | "wants">,
): Promise<Finding> {
  const facts = new Map<string, FactAnswer>();
  for (let round = 0; ; round++) {
    const { needs, ...finding } = await verify(facts);
    if (!gather || !needs || round === maxRounds) return finding;
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
  /** The same for the same signature; absent where nobody is proven to have made it. */
  readonly name: string | undefined;
}

function nameOf({ format, signature }: Evidence, { signer, claim }: Finding): string | undefined {
  return signature && signer && JSON.stringify([format, signature, signer, claim]);
}

/** Without further copies of a signature, such as the one that waits for its log beside the one that was completed. */
function distinct(named: readonly Named[]): readonly Finding[] {
  const best = new Map<string | undefined, Finding>();
  for (const { finding, name } of named) {
    const known = best.get(name);
    if (!known || (outcomeOf(known) !== "passed" && outcomeOf(finding) === "passed")) best.set(name, finding);
  }
  return named.flatMap(({ finding, name }) => (name === undefined || best.get(name) === finding ? [finding] : []));
}
