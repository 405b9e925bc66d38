/** Findings against a policy: a verdict. Pure: what is not in the arguments does not count. */
import type { Code } from "../core/errors.ts";
import { catalogue } from "../core/errors.ts";
import { outcomeOf, type Finding, type Gap } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Subject } from "../core/subject.ts";
import type { Decision, Reason, Requirement, Verdict } from "../core/verdict.ts";
import type { Trust } from "../trust/trust.ts";
import type { Policy, Rule } from "./policy.ts";

export interface Considered {
  readonly subject: Subject;
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
  readonly trust: Trust;
  readonly at: Instant;
}

export function evaluate(policy: Policy, { subject, findings, gaps, trust, at }: Considered): Verdict {
  const requirements = policy.rules.map((rule) => decide(rule, trust, findings, gaps));
  const worst = requirements.find(({ decision }) => decision === "deny") ?? requirements.find(({ decision }) => decision === "undecided");
  return {
    decision: worst?.decision ?? "allow",
    subject: {
      reference: subject.reference,
      repository: subject.repository,
      digest: subject.digest,
      mediaType: subject.descriptor.mediaType,
    },
    policy: { name: policy.name, digest: policy.digest },
    trust: trust.digest,
    at,
    ...(worst && "reason" in worst && { reason: worst.reason }),
    requirements,
    gaps,
  };
}

/** How one piece of evidence stands to the rule. */
type Standing =
  | { readonly decision: "allow" }
  | { readonly decision: Exclude<Decision, "allow">; readonly code: Code; readonly detail: string };

function decide(rule: Rule, trust: Trust, all: readonly Finding[], gaps: readonly Gap[]): Requirement {
  const findings = all.filter((finding) => finding.claim?.kind !== "attestation");
  const judged = findings.map((finding) => standing(rule, finding));
  const standings = judged.filter((one) => one.decision !== "allow");
  if (standings.length < judged.length) return { name: rule.name, decision: "allow", findings };

  const expected = expectation(rule, trust);
  const [gap] = gaps;
  if (gap) {
    const found = `${standings.length === 0 ? "none" : "no such signature"} so far, and ${gap.place} could not be read: ${gap.message}`;
    return { name: rule.name, decision: "undecided", reason: { code: gap.code, expected, found, remedy: gap.hint }, findings };
  }
  if (standings.length === 0) {
    const attestations = all.length - findings.length;
    const found = attestations === 0 ? "no signature" : `no signature (${count(attestations, "attestation")}, which never count as one)`;
    return { name: rule.name, decision: "deny", reason: reasonOf("NO_SIGNATURE", expected, found), findings };
  }
  const undecided = standings.every(({ decision }) => decision === "undecided");
  const codes = new Set(standings.map(({ code }) => code));
  const [only = "NO_MATCHING_SIGNATURE"] = codes;
  const several: Code = undecided ? "UNDECIDED" : "NO_MATCHING_SIGNATURE";
  const details = [...new Set(standings.map(({ detail }) => detail))];
  const found = `${count(standings.length, "signature")}: ${details.slice(0, 3).join("; ")}${details.length > 3 ? "; …" : ""}`;
  return {
    name: rule.name,
    decision: undecided ? "undecided" : "deny",
    reason: reasonOf(codes.size === 1 ? only : several, expected, found),
    findings,
  };
}

function standing(rule: Rule, finding: Finding): Standing {
  const outcome = outcomeOf(finding);
  if (outcome !== "passed") {
    const check = finding.checks.find((candidate) => candidate.outcome === outcome);
    const code = check && check.outcome !== "passed" ? check.code : "UNDECIDED";
    return { decision: outcome === "failed" ? "deny" : "undecided", code, detail: check?.detail ?? "no check ran" };
  }
  const { signer } = finding;
  if (finding.claim?.kind !== "signature" || signer?.kind !== "key" || !rule.keys.includes(signer.fingerprint)) {
    const by = signer?.kind === "certificate" ? signer.identity : signer?.name;
    return { decision: "deny", code: "KEY_MISMATCH", detail: `signed by ${by ?? "nobody known"}` };
  }
  const { annotations } = finding.claim;
  const unmet = Object.entries(rule.annotations).filter(([key, value]) => !Object.hasOwn(annotations, key) || annotations[key] !== value);
  if (unmet.length > 0) {
    const has = Object.entries(annotations).map(pair).join(", ") || "none";
    const detail = `signed by ${signer.name} without ${unmet.map(pair).join(", ")} (its annotations: ${has})`;
    return { decision: "deny", code: "ANNOTATION_MISMATCH", detail };
  }
  return { decision: "allow" };
}

function expectation(rule: Rule, trust: Trust): string {
  const keys = trust.keys
    .filter((key) => rule.keys.includes(key.publicKey.fingerprint))
    .map((key) => `${key.name} (sha256:${key.publicKey.fingerprint})`);
  const annotations = Object.entries(rule.annotations).map(pair);
  return `a signature by ${keys.join(" or ")}${annotations.length > 0 ? ` with ${annotations.join(", ")}` : ""}`;
}

function reasonOf(code: Code, expected: string, found: string): Reason {
  return { code, expected, found, remedy: catalogue[code].remedy };
}

function pair([key, value]: [string, string]): string {
  return `${key}=${value}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
