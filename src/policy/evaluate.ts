/** Evaluates findings against a policy and returns a verdict. Pure: it depends on its arguments only. */
import type { Code } from "../core/errors.ts";
import { catalogue } from "../core/errors.ts";
import { describeLocation, type EvidenceLocation } from "../core/evidence.ts";
import type { FactQuestion, Facts } from "../core/facts/facts.ts";
import { describeSignatory, type Finding, type UnreadLocation } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { intersect, intervalAround } from "../core/interval.ts";
import type { ConsideredFinding, Reason, Requirement, Verdict, VerdictSubject } from "../core/verdict.ts";
import type { Trust } from "../trust/trust.ts";
import { expectation } from "./expectation.ts";
import { matchAuthority, type Fault, type Match } from "./match.ts";
import { policyLimits } from "./limits.ts";
import { ruleFor, type Policy, type SignatureRequirement } from "./policy.ts";
import { Signers } from "./threshold.ts";

export interface EvaluationInput {
  readonly subject: VerdictSubject;
  /** The locations that were read. */
  readonly locations: readonly EvidenceLocation[];
  readonly findings: readonly Finding[];
  readonly unread: readonly UnreadLocation[];
  readonly trust: Trust;
  readonly at: Instant;
  /** Plugin answers; facts that were not requested are absent. */
  readonly facts?: Facts;
}

export function evaluate(policy: Policy, input: EvaluationInput): Verdict {
  const { subject, findings, unread, trust, at } = input;
  const rule = ruleFor(policy, subject.repository);
  const mentioned = Math.min(policyLimits.considered, Math.ceil(policyLimits.consideredInAll / (rule?.signatures.length ?? 1)));
  const requirements = rule ? rule.signatures.map((requirement) => decide(requirement, mentioned, input)) : [unmatched(subject)];
  const refusals = requirements.flatMap((one) => (one.decision === "allow" ? [] : [one]));
  const undecidedRefuses = policy.undecided === "deny";
  const worst =
    refusals.find(({ decision }) => decision === "deny") ??
    (undecidedRefuses ? refusals.find(({ decision }) => decision === "undecided") : undefined);
  return {
    decision: worst?.decision ?? "allow",
    subject,
    policy: { name: policy.name, digest: policy.digest },
    trust: trust.digest,
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

type Refusal = Pick<Exclude<Requirement, { readonly decision: "allow" }>, "decision" | "reason">;

function decide(
  requirement: SignatureRequirement,
  mentioned: number,
  { locations, findings, unread, at, facts = new Map() }: EvaluationInput,
): Requirement {
  const { name, from, atLeast } = requirement;
  const signatures = findings.flatMap((finding, index) => (finding.claim?.kind === "attestation" ? [] : [{ finding, index }]));
  const signers = new Signers();
  const faults: Fault[] = [];
  const all = signatures.map(({ finding, index }): ConsideredFinding => {
    const matches = from.map((authority) => ({
      authority,
      match: withAnnotations(matchAuthority(authority, finding, { at, facts }), requirement, finding),
    }));
    for (const { authority, match } of matches) if (!match.fault && finding.signer) signers.add(finding.signer, authority.name);
    const best = matches.find(({ match }) => !match.fault) ?? matches.find(({ match }) => match.isExpected) ?? matches[0];
    const fault = best
      ? best.match.fault
      : { decision: "deny" as const, code: "POLICY_DENIED" as const, detail: "no authority is expected" };
    if (fault) faults.push(fault);
    return { finding: index, authority: best?.authority.name ?? "", checks: best?.match.checks ?? [], ...(fault && { code: fault.code }) };
  });
  // Findings that meet the requirement come first; the limit keeps the verdict's size linear in its rules plus its findings.
  const considered = all
    .toSorted((a, b) => Number(a.code !== undefined) - Number(b.code !== undefined))
    .slice(0, Math.max(atLeast, mentioned));
  const met = signers.met();
  if (met.length >= atLeast) return { name, decision: "allow", considered };
  const expected = expectation(requirement);
  const [first] = unread;
  if (first) return { name, ...notAllRead(first, faults, expected), considered };
  if (met.length > 0) return { name, ...tooFew(met, atLeast, faults, expected), considered };
  if (faults.length > 0) return { name, ...noneMatches(faults, expected), considered };
  return { name, ...noneThere(locations, findings.length, expected), considered };
}

function withAnnotations(match: Match, { annotations: wanted }: SignatureRequirement, { claim, signer }: Finding): Match {
  if (match.fault || claim?.kind !== "signature" || !signer) return match;
  const { annotations } = claim;
  const unmet = Object.entries(wanted).filter(([key, value]) => !Object.hasOwn(annotations, key) || annotations[key] !== value);
  if (unmet.length === 0) return match;
  const has = Object.entries(annotations).map(pair).join(", ") || "none";
  const detail = `signed by ${describeSignatory(signer)} without ${unmet.map(pair).join(", ")} (its annotations: ${has})`;
  return { ...match, fault: { decision: "deny", code: "ANNOTATION_MISMATCH", detail } };
}

/** The reason for too few signers: undecided if signatures that are undecided could complete them. */
function tooFew(met: readonly string[], atLeast: number, faults: readonly Fault[], expected: string): Refusal {
  const open = faults.filter(({ decision }) => decision === "undecided");
  const found = [`signatures of ${met.length} of ${atLeast} signers: ${met.join(", ")}`, ...open.map(({ detail }) => detail)];
  const reason = (code: Code) => reasonOf(code, expected, found.slice(0, policyLimits.details).join("; "));
  if (met.length + open.length < atLeast) return { decision: "deny", reason: reason("NO_MATCHING_SIGNATURE") };
  return { decision: "undecided", reason: reason(open[0]?.code ?? "UNDECIDED") };
}

/** The reason for incomplete evidence: some locations could not be read. */
function notAllRead({ location, code, message, hint }: UnreadLocation, faults: readonly Fault[], expected: string): Refusal {
  const found = `${faults.length === 0 ? "none" : "no such signature"} so far, and ${location} could not be read: ${message}`;
  return { decision: "undecided", reason: { code, expected, found, remedy: hint } };
}

function noneThere(locations: readonly EvidenceLocation[], attestations: number, expected: string): Refusal {
  const beside = attestations === 0 ? "" : ` (${count(attestations, "attestation")}, which never counts as one)`;
  const found = `no signature in ${locations.map(describeLocation).join(" or ")}${beside}`;
  return { decision: "deny", reason: { ...reasonOf("NO_SIGNATURE", expected, found), ...remedyFor(locations) } };
}

function noneMatches(faults: readonly Fault[], expected: string): Refusal {
  const undecided = faults.every(({ decision }) => decision === "undecided");
  const codes = new Set(faults.map(({ code }) => code));
  const [only = "NO_MATCHING_SIGNATURE"] = codes;
  const several: Code = undecided ? "UNDECIDED" : "NO_MATCHING_SIGNATURE";
  const details = [...new Set(faults.map(({ detail }) => detail))];
  const found = `${count(faults.length, "signature")}: ${details.slice(0, policyLimits.details).join("; ")}${details.length > policyLimits.details ? "; …" : ""}`;
  return { decision: undecided ? "undecided" : "deny", reason: reasonOf(codes.size === 1 ? only : several, expected, found) };
}

function reasonOf(code: Code, expected: string, found: string): Reason {
  return { code, expected, found, remedy: catalogue[code].remedy };
}

/** The remedy if the evidence was a given file and no location was searched. */
function remedyFor(locations: readonly EvidenceLocation[]): Pick<Reason, "remedy"> | undefined {
  if (locations.some(({ kind }) => kind !== "file")) return undefined;
  return { remedy: "Name the file that holds its signature; ask the signer for it." };
}

function pair([key, value]: [string, string]): string {
  return `${key}=${value}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
