/** Findings against a policy: a verdict. Pure: what is not in the arguments does not count. */
import type { Code } from "../core/errors.ts";
import { catalogue } from "../core/errors.ts";
import { describeLocation, type EvidenceLocation } from "../core/evidence.ts";
import { describeSignatory, isPending, outcomeOf, type Check, type Finding, type UnreadLocation, type Signatory } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Decision, Reason, Requirement, Verdict, VerdictSubject } from "../core/verdict.ts";
import { validationOf } from "../trust/notation/level.ts";
import type { NotationTrust } from "../trust/notation/notation-trust.ts";
import { describeIdentity, matchesIdentity } from "../trust/identity.ts";
import type { Trust } from "../trust/trust.ts";
import type { Policy, Rule } from "./policy.ts";

export interface EvaluationInput {
  readonly subject: VerdictSubject;
  /** Where was looked. */
  readonly locations: readonly EvidenceLocation[];
  readonly findings: readonly Finding[];
  readonly unread: readonly UnreadLocation[];
  readonly trust: Trust;
  readonly at: Instant;
}

export function evaluate(policy: Policy, { subject, locations, findings, unread, trust, at }: EvaluationInput): Verdict {
  const requirements = policy.rules.map((rule) => decide(rule, { locations, findings, unread, trust }));
  const worst = requirements.find(({ decision }) => decision === "deny") ?? requirements.find(({ decision }) => decision === "undecided");
  return {
    decision: worst?.decision ?? "allow",
    subject,
    policy: { name: policy.name, digest: policy.digest },
    trust: trust.digest,
    unchecked: trust.unchecked,
    at,
    ...(worst && "reason" in worst && { reason: worst.reason }),
    requirements,
    unread,
  };
}

type Refusal = Pick<Exclude<Requirement, { readonly decision: "allow" }>, "decision" | "reason">;

/** What speaks against one piece of evidence under the rule. */
interface Fault {
  readonly decision: Exclude<Decision, "allow">;
  readonly code: Code;
  readonly detail: string;
}

/** How one piece of evidence stands to the rule. */
type Standing = { readonly decision: "allow" } | Fault;

function decide(rule: Rule, { locations, findings: all, unread, trust }: Omit<EvaluationInput, "subject" | "at">): Requirement {
  const { name } = rule;
  const findings = all.filter((finding) => finding.claim?.kind !== "attestation");
  const faults = findings.map((finding) => standing(rule, finding)).filter((one) => one.decision !== "allow");
  if (faults.length < findings.length) return { name, decision: "allow", findings };
  const expected = expectation(rule, trust);
  const [gap] = unread;
  if (gap) return { name, ...notAllSeen(gap, faults, expected), findings };
  if (faults.length > 0) return { name, ...noneFits(faults, expected), findings };
  return { name, ...noneThere(locations, all.length - findings.length, expected), findings };
}

/** What was found may not be all there is. */
function notAllSeen({ location, code, message, hint }: UnreadLocation, faults: readonly Fault[], expected: string): Refusal {
  const found = `${faults.length === 0 ? "none" : "no such signature"} so far, and ${location} could not be read: ${message}`;
  return { decision: "undecided", reason: { code, expected, found, remedy: hint } };
}

function noneThere(locations: readonly EvidenceLocation[], attestations: number, expected: string): Refusal {
  const beside = attestations === 0 ? "" : ` (${count(attestations, "attestation")}, which never counts as one)`;
  const found = `no signature in ${locations.map(describeLocation).join(" or ")}${beside}`;
  return { decision: "deny", reason: { ...reasonOf("NO_SIGNATURE", expected, found), ...remedyFor(locations) } };
}

function noneFits(faults: readonly Fault[], expected: string): Refusal {
  const undecided = faults.every(({ decision }) => decision === "undecided");
  const codes = new Set(faults.map(({ code }) => code));
  const [only = "NO_MATCHING_SIGNATURE"] = codes;
  const several: Code = undecided ? "UNDECIDED" : "NO_MATCHING_SIGNATURE";
  const details = [...new Set(faults.map(({ detail }) => detail))];
  const found = `${count(faults.length, "signature")}: ${details.slice(0, 3).join("; ")}${details.length > 3 ? "; …" : ""}`;
  return { decision: undecided ? "undecided" : "deny", reason: reasonOf(codes.size === 1 ? only : several, expected, found) };
}

function standing(rule: Rule, finding: Finding): Standing {
  const checks = binding(rule, finding);
  const outcome = outcomeOf({ checks });
  if (outcome !== "passed") {
    const check = checks.find((candidate) => candidate.outcome === outcome);
    const code = check && check.outcome !== "passed" ? check.code : "UNDECIDED";
    return { decision: outcome === "failed" ? "deny" : "undecided", code, detail: check?.detail ?? "no check ran" };
  }
  const { claim, signer } = finding;
  if (claim?.kind !== "signature" || signer === undefined)
    return { decision: "undecided", code: "UNDECIDED", detail: "nobody is known to have signed" };
  if (!isExpected(rule, signer)) {
    const code = signer.kind !== "certificate" ? "KEY_MISMATCH" : "IDENTITY_MISMATCH";
    return { decision: "deny", code, detail: `signed by ${describeSignatory(signer)}` };
  }
  const { annotations } = claim;
  const unmet = Object.entries(rule.annotations).filter(([key, value]) => !Object.hasOwn(annotations, key) || annotations[key] !== value);
  if (unmet.length > 0) {
    const has = Object.entries(annotations).map(pair).join(", ") || "none";
    const detail = `signed by ${describeSignatory(signer)} without ${unmet.map(pair).join(", ")} (its annotations: ${has})`;
    return { decision: "deny", code: "ANNOTATION_MISMATCH", detail };
  }
  return { decision: "allow" };
}

/** The checks that count: what the level of a trust policy has only mentioned does no harm, nor what the rule lets pass. */
function binding({ notation, allowsPendingLog }: Rule, { checks, signer }: Finding): readonly Check[] {
  if (allowsPendingLog && checks.some(isPending)) return checks.filter((check) => !isPending(check));
  if (!notation || signer?.kind !== "x509") return checks;
  return checks.filter((check) => check.outcome === "passed" || notation.level[validationOf(check)] === "enforce");
}

function isExpected({ keys, identities, notation }: Rule, signer: Signatory): boolean {
  if (signer.kind === "key") return keys.includes(signer.fingerprint);
  if (signer.kind === "x509") return notation !== undefined; // its checks say that it is trusted
  return identities.some((identity) => matchesIdentity(identity, signer));
}

function expectation(rule: Rule, trust: Trust): string {
  const keys = trust.keys
    .filter((key) => rule.keys.includes(key.publicKey.fingerprint))
    .map((key) => `${key.name} (sha256:${key.publicKey.fingerprint})`);
  const notation = rule.notation && trust.notation ? [describeNotation(trust.notation)] : [];
  const signers = [...keys, ...rule.identities.map(describeIdentity), ...notation];
  const annotations = Object.entries(rule.annotations).map(pair);
  return `a signature by ${signers.join(" or ")}${annotations.length > 0 ? ` with ${annotations.join(", ")}` : ""}`;
}

function describeNotation({ name, identities }: NotationTrust): string {
  if (identities === "any") return `anyone whom the certificates of ${name} vouch for`;
  return `${identities.map(({ text, subject }) => subject?.text ?? text).join(" or ")} (certificates of ${name})`;
}

function reasonOf(code: Code, expected: string, found: string): Reason {
  return { code, expected, found, remedy: catalogue[code].remedy };
}

/** What to do where the evidence was named, and nothing was looked for. */
function remedyFor(locations: readonly EvidenceLocation[]): Pick<Reason, "remedy"> | undefined {
  if (locations.some(({ kind }) => kind !== "file")) return undefined;
  return { remedy: "Name the file that holds its signature; whoever signed has it." };
}

function pair([key, value]: [string, string]): string {
  return `${key}=${value}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
