/** Decides about findings: gathers the facts that the policy still needs, then evaluates it. */
import { factKey, type FactQuestion, type Facts, type GatherFacts } from "../core/facts/facts.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Verdict, VerdictSubject } from "../core/verdict.ts";
import type { PolicyAndTrust } from "../policy/compile.ts";
import { authorityQuestions, evaluate, evidenceQuestions, type EvaluationInput } from "../policy/evaluate.ts";

export interface DecideOptions {
  readonly basis: PolicyAndTrust;
  readonly at: Instant;
  /** Gathers the facts that a decision needs; without it, an undecided finding stays undecided. */
  readonly gather?: GatherFacts | undefined;
  readonly signal: AbortSignal;
}

/** The fact questions of a finding that are worth asking: those about checks that count for an expected signer. */
export function wantedFacts(
  subject: VerdictSubject,
  { basis: { policy }, at }: DecideOptions,
): (finding: Finding) => readonly FactQuestion[] {
  return (finding) => evidenceQuestions(policy, { subject, findings: [finding], at });
}

/** Gathers the answers that apply to one authority each, and evaluates the policy. */
export async function decide(
  input: Omit<EvaluationInput, "trust" | "at" | "facts">,
  { basis: { policy, trust }, at, gather, signal }: DecideOptions,
): Promise<Verdict> {
  const questions = authorityQuestions(policy, { ...input, at });
  const unique = new Map(questions.map((question) => [factKey(question), question]));
  const facts: Facts = gather && unique.size > 0 ? await gather([...unique.values()], signal) : new Map();
  return evaluate(policy, { ...input, trust, at, facts });
}
