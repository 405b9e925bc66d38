/** Evaluates findings against a policy and returns a verdict. Pure: it depends on its arguments only. */
import { count } from "../core/count.ts";
import type { Code } from "../core/errors.ts";
import { catalogue } from "../core/errors.ts";
import { describeLocation, type EvidenceLocation } from "../core/evidence.ts";
import type { FactQuestion, Facts } from "../core/facts/facts.ts";
import { describeSignatory, type Finding, type Signatory, type UnreadLocation } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import { intersect, intervalAround } from "../core/interval.ts";
import type { ConsideredFinding, Reason, Requirement, Verdict, VerdictSubject } from "../core/verdict.ts";
import type { Trust } from "../trust/trust.ts";
import type { Authority } from "./authority.ts";
import { distinctSigners, signerNames } from "./distinct-signers.ts";
import { expectation } from "./expectation.ts";
import { policyLimits } from "./limits.ts";
import { matchAuthority, type Fault, type Match } from "./match.ts";
import { ruleFor, type Policy, type SignatureRequirement } from "./policy.ts";

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
  const matchesOf = matchesOnce(input);
  const mentioned = Math.min(policyLimits.considered, Math.ceil(policyLimits.consideredInAll / (rule?.signatures.length ?? 1)));
  const requirements = rule ? rule.signatures.map((requirement) => decide(requirement, input, matchesOf, mentioned)) : [unmatched(subject)];
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

/** The matches of an authority with each finding. */
type MatchesOf = (authority: Authority) => readonly Match[];

/** Compares each authority once, however many requirements name it. */
function matchesOnce({ findings, at, facts = new Map() }: EvaluationInput): MatchesOf {
  const known = new Map<Authority, readonly Match[]>();
  return (authority) => {
    const matches = known.get(authority) ?? findings.map((finding) => matchAuthority(authority, finding, { at, facts }));
    known.set(authority, matches);
    return matches;
  };
}

function decide(
  requirement: SignatureRequirement,
  { locations, findings, unread }: EvaluationInput,
  matchesOf: MatchesOf,
  mentioned: number,
): Requirement {
  const { name, from, atLeast } = requirement;
  const signatures = findings.flatMap((finding, index) => (finding.claim?.kind === "attestation" ? [] : [{ finding, index }]));
  const compared = signatures.map(({ finding, index }): Compared => ({
    finding,
    index,
    matches: from.flatMap((authority) => {
      const match = matchesOf(authority)[index];
      return match ? [{ authority, match: withAnnotations(match, requirement, finding) }] : [];
    }),
  }));
  const counted = signersThat(compared, from, ({ fault }) => !fault);
  const { met } = counted;
  const all = compared.map((one) => consider(one, counted));
  const faults = all.flatMap(({ fault }) => fault ?? []);
  // Findings that count come first; the limit keeps the verdict's size linear in its rules plus its findings.
  const considered = all
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, Math.max(atLeast, mentioned))
    .map(({ entry }) => entry);
  if (met.size >= atLeast) return { name, decision: "allow", considered };
  const expected = expectation(requirement);
  const [first] = unread;
  if (first) return { name, ...notAllRead(first, faults, expected), considered };
  // Signatures of others do not decide about what is undecided of those of the expected signers; and what is undecided decides nothing
  // where there would be too few signers anyway.
  const { met: possible } = signersThat(
    compared,
    from,
    ({ fault, isExpected }) => !fault || (isExpected && fault.decision === "undecided"),
  );
  const doubts = doubtsOf(compared);
  if (doubts.length > 0 && possible.size >= atLeast) return { name, ...noneMatches(doubts, expected), considered };
  const isUndecided = faults.length > 0 && faults.every(({ decision }) => decision === "undecided");
  const unknown = compared.filter(({ finding }) => !finding.signer).length;
  const isShort = isUndecided && possible.size + unknown < atLeast;
  if (isShort || (met.size > 0 && !isUndecided)) return { name, ...tooFew(met, atLeast, faults, expected), considered };
  if (faults.length > 0) return { name, ...noneMatches(faults, expected), considered };
  return { name, ...noneThere(locations, findings.length, expected), considered };
}

/** A finding compared with each authority of a requirement. */
interface Compared {
  readonly finding: Finding;
  readonly index: number;
  readonly matches: readonly { readonly authority: Authority; readonly match: Match }[];
}

/** Signers that a requirement counts. */
interface Counted {
  /** Each accepted signer's name, equal for those that are one. */
  readonly names: ReadonlyMap<Signatory, string>;
  /** The authorities whose signatures are accepted, each by a signer of its own. */
  readonly met: ReadonlyMap<Authority, string>;
}

function signersThat(compared: readonly Compared[], from: readonly Authority[], isAccepted: (match: Match) => boolean): Counted {
  const accepted = compared.flatMap(({ finding: { signer }, matches }) =>
    signer ? matches.flatMap(({ authority, match }) => (isAccepted(match) ? [{ signer, authority }] : [])) : [],
  );
  // Of the others nothing is verified, so they must not make two signers one.
  const names = signerNames(accepted.map(({ signer }) => signer));
  const candidates = new Map(from.map((authority) => [authority, new Set<string>()]));
  for (const { signer, authority } of accepted) candidates.get(authority)?.add(names.get(signer) ?? "");
  return { names, met: distinctSigners(candidates) };
}

interface Considered {
  readonly entry: ConsideredFinding;
  readonly fault: Fault | undefined;
  /** The order in the verdict: what counts, what meets the requirement too, all others. */
  readonly rank: number;
}

function consider({ finding, index, matches }: Compared, { names, met }: Counted): Considered {
  const signer = finding.signer && names.get(finding.signer);
  const counted = matches.find(({ authority, match }) => !match.fault && met.get(authority) === signer);
  const best = counted ?? matches.find(({ match }) => !match.fault) ?? matches.find(({ match }) => match.isExpected) ?? matches[0];
  const fault: Fault | undefined = best
    ? best.match.fault
    : { decision: "deny", code: "POLICY_DENIED", detail: "no authority is expected" };
  const { name = "" } = best?.authority ?? {};
  const entry = { finding: index, authority: name, checks: best?.match.checks ?? [], ...(fault && { code: fault.code }) };
  return { entry, fault, rank: counted ? 0 : fault ? 2 : 1 };
}

/** What is undecided about the signatures of expected signers. */
function doubtsOf(compared: readonly Compared[]): readonly Fault[] {
  return compared.flatMap(
    ({ matches }) => matches.find(({ match: { isExpected, fault } }) => isExpected && fault?.decision === "undecided")?.match.fault ?? [],
  );
}

/** What is undecided about a signature stays so only if it has the annotations. */
function withAnnotations(match: Match, { annotations: wanted }: SignatureRequirement, { claim, signer }: Finding): Match {
  if (match.fault?.decision === "deny" || claim?.kind !== "signature" || !signer) return match;
  const { annotations } = claim;
  const unmet = Object.entries(wanted).filter(([key, value]) => !Object.hasOwn(annotations, key) || annotations[key] !== value);
  if (unmet.length === 0) return match;
  const has = Object.entries(annotations).map(pair).join(", ") || "none";
  const detail = `signed by ${describeSignatory(signer)} without ${unmet.map(pair).join(", ")} (its annotations: ${has})`;
  return { ...match, fault: { decision: "deny", code: "ANNOTATION_MISMATCH", detail } };
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

function tooFew(met: ReadonlyMap<Authority, string>, atLeast: number, faults: readonly Fault[], expected: string): Refusal {
  const names = Array.from(met.keys(), ({ name }) => name).join(", ");
  const found = `signatures of ${met.size} of ${atLeast} signers${names === "" ? "" : `: ${names}`}${faults.length > 0 ? `; ${detailsOf(faults)}` : ""}`;
  return { decision: "deny", reason: reasonOf("NO_MATCHING_SIGNATURE", expected, found) };
}

function detailsOf(faults: readonly Fault[]): string {
  const details = [...new Set(faults.map(({ detail }) => detail))];
  return `${details.slice(0, policyLimits.details).join("; ")}${details.length > policyLimits.details ? "; …" : ""}`;
}

function noneMatches(faults: readonly Fault[], expected: string): Refusal {
  const undecided = faults.every(({ decision }) => decision === "undecided");
  const codes = new Set(faults.map(({ code }) => code));
  const [only = "NO_MATCHING_SIGNATURE"] = codes;
  const several: Code = undecided ? "UNDECIDED" : "NO_MATCHING_SIGNATURE";
  const found = `${count(faults.length, "signature")}: ${detailsOf(faults)}`;
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
