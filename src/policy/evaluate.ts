/** Evaluates findings against a policy and returns a verdict. Pure: it depends on its arguments only. */
import type { FactQuestion, Facts } from "../core/facts/facts.ts";
import type { Finding } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { intersect, intervalAround } from "../core/interval.ts";
import type { Requirement, Verdict, VerdictSubject } from "../core/verdict.ts";
import { embeddedRenewBy, type Trust } from "../trust/trust.ts";
import type { Authority } from "./authority.ts";
import { decideRequirement, type EvidenceRead, type MatchesOf } from "./decide-requirement.ts";
import { policyLimits } from "./limits.ts";
import { matchAuthority, type Match } from "./match.ts";
import { ruleFor, type Policy } from "./policy.ts";
import { reasonOf } from "./reasons.ts";

export interface EvaluationInput extends EvidenceRead {
  readonly subject: VerdictSubject;
  readonly trust: Trust;
  readonly at: Instant;
  /** Plugin answers; facts that were not requested are absent. */
  readonly facts?: Facts;
}

export function evaluate(policy: Policy, input: EvaluationInput): Verdict {
  const { subject, findings, unread, trust, at } = input;
  const rule = ruleFor(policy, subject.repository);
  const matchesOf = matchesOnce(input);
  const mentioned = Math.min(policyLimits.considered, Math.ceil(policyLimits.consideredInAll / (rule?.signatures.length ?? 1)));
  const requirements = rule
    ? rule.signatures.map((requirement) => decideRequirement(requirement, input, matchesOf, mentioned))
    : [unmatched(subject)];
  const refusals = requirements.flatMap((one) => (one.decision === "allow" ? [] : [one]));
  const undecidedRefuses = policy.undecided === "deny";
  const worst =
    refusals.find(({ decision }) => decision === "deny") ??
    (undecidedRefuses ? refusals.find(({ decision }) => decision === "undecided") : undefined);
  const renewBy = embeddedRenewBy(trust);
  return {
    decision: worst?.decision ?? "allow",
    subject,
    policy: { name: policy.name, digest: policy.digest },
    trust: trust.digest,
    ...(renewBy !== undefined && { embeddedTrustRenewBy: renewBy }),
    unchecked: policy.unchecked,
    at,
    holds: findings.map(({ holds }) => holds).reduce(intersect, intervalAround(at, [])),
    ...(worst && { reason: worst.reason }),
    requirements,
    findings: findings.map(withoutStatement),
    unread,
  };
}

/** A verdict states what was attested, not the attested bytes. */
function withoutStatement({ statement: _statement, ...finding }: Finding): Finding {
  return finding;
}

/** Fact questions about evidence of expected signers: verification runs again with the answers. */
export function evidenceQuestions(policy: Policy, input: QuestionInput): readonly FactQuestion[] {
  return matchesIn(policy, input).flatMap(({ needs }) => needs);
}

/** Fact questions that authorities raise about their signers: the evaluation takes the answers. */
export function authorityQuestions(policy: Policy, input: QuestionInput): readonly FactQuestion[] {
  return matchesIn(policy, input).flatMap(({ ownNeeds }) => ownNeeds);
}

type QuestionInput = Pick<EvaluationInput, "subject" | "findings" | "at">;

function matchesIn(policy: Policy, { subject, findings, at }: QuestionInput): readonly Match[] {
  const requirements = ruleFor(policy, subject.repository)?.signatures ?? [];
  const authorities = new Set(requirements.flatMap(({ from }) => from));
  return findings.flatMap((finding) =>
    Array.from(authorities, (authority) => matchAuthority(authority, finding, { at, facts: new Map() })),
  );
}

function unmatched({ repository = "the file" }: VerdictSubject): Requirement {
  const reason = reasonOf("POLICY_DENIED", "a rule that is for it", `no rule of the policy is for ${repository}`);
  return { name: "rule", decision: "deny", reason, considered: [] };
}

/** Compares each authority once, however many requirements name it. */
function matchesOnce({ findings, at, facts = new Map() }: EvaluationInput): MatchesOf {
  const known = new Map<Authority, readonly Match[]>();
  return (authority) => {
    const matches = known.get(authority) ?? findings.map((finding) => matchAuthority(authority, finding, { at, facts }));
    known.set(authority, matches);
    return matches;
  };
}
