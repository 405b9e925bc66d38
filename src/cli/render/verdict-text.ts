/** A verdict as text: the answer first, then what was expected, what was found, and what to do. */
import { describeLocation } from "../../core/evidence.ts";
import { describeSignatory, isPending, type Check, type Finding, type VerifiedTimestamp } from "../../core/finding.ts";
import { formatInstant } from "../../core/instant.ts";
import type { Decision, Requirement, Verdict } from "../../core/verdict.ts";
import { remedyOf } from "./remedies.ts";
import type { Style } from "./style.ts";
import { clean, field } from "./text.ts";

const answers: Readonly<Record<Decision, { readonly word: string; readonly paint: keyof Style }>> = {
  allow: { word: "allowed", paint: "good" },
  deny: { word: "refused", paint: "bad" },
  undecided: { word: "undecided", paint: "unsure" },
};

export function renderVerdict(verdict: Verdict, style: Style): string {
  const { decision, subject, policy, reason, requirements, findings, unread, unchecked } = verdict;
  const { word, paint } = answers[decision];
  const policyChecks = checksByFinding(requirements);
  return [
    `${style[paint](reason ? `${word}: ${reason.code}` : word)}  ${clean(subject.reference)}\n`,
    subject.digest === undefined ? "" : field("digest", subject.digest),
    reason ? field("expected", reason.expected) + field("found", reason.found) + field("to do", remedyOf(reason.code, reason.remedy)) : "",
    decision === "allow" && requirements.length === 0 ? field("required", `nothing: ${policy.name} asks for no signature`) : "",
    ...findings.map(
      (finding, index) =>
        field("evidence", renderFinding(finding, policyChecks.get(index) ?? [], findings.length > 1 || reason === undefined)) +
        renderSource(finding),
    ),
    unchecked.length > 0 ? field("unchecked", `${unchecked.join(", ")}, as was asked`) : "",
    ...unread.map((one) => field("unread", `${one.location}: ${one.code}: ${one.message}`)),
  ].join("");
}

/**
 * `bundle in referrers, by touchmark.pub: format passed, signature passed, …`, with details of checks that did not pass and of plugins,
 * unless they are shown above.
 */
function renderFinding(
  { format, location, signer, verifiedTimestamps, checks, claim }: Finding,
  policyChecks: readonly Check[],
  detailed: boolean,
): string {
  const by = signer ? ` by ${describeSignatory(signer)}` : "";
  const said = claim?.kind === "signature" ? Object.entries(claim.annotations).map(([key, value]) => `${key}=${value}`) : [];
  const outcomes = [...checks, ...policyChecks].map((check) => describeCheck(check, detailed));
  const times = verifiedTimestamps.map(describeTimestamp);
  const when = times.length > 0 ? `, verified by ${times.join(" and ")}` : "";
  return `${format} in ${describeLocation(location)}${by}${when}${said.length > 0 ? `, ${said.join(", ")}` : ""}: ${outcomes.join(", ")}`;
}

/** `https://github.com/example/app at refs/heads/main, commit 0123…, run https://…`: the source of a workflow, from its certificate. */
function renderSource({ signer }: Finding): string {
  if (signer?.kind !== "certificate") return "";
  const { claims } = signer;
  const repository = claims.sourceRepositoryUri ?? claims.githubWorkflowRepository;
  if (repository === undefined) return "";
  const details = [
    [" at ", claims.sourceRepositoryRef ?? claims.githubWorkflowRef],
    [", commit ", claims.sourceRepositoryDigest ?? claims.githubWorkflowSha],
    [", run ", claims.runInvocationUri],
  ].map(([before, text]) => (text ? `${before}${text}` : ""));
  return field("source", `${repository}${details.join("")}`);
}

/** The policy's checks of each finding, without duplicates. */
function checksByFinding(requirements: readonly Requirement[]): ReadonlyMap<number, readonly Check[]> {
  return new Map(requirements.flatMap(({ considered }) => considered.map(({ finding, checks }) => [finding, checks])));
}

function describeCheck(check: Check, detailed: boolean): string {
  const { name, outcome, detail } = check;
  const isTold = detailed && (outcome !== "passed" || name === "plugin");
  return `${name} ${isPending(check) ? "pending" : outcome}${isTold ? ` (${detail})` : ""}`;
}

function describeTimestamp({ by, at, index }: VerifiedTimestamp): string {
  return `${by}${index === undefined ? "" : ` as entry ${index}`}${at === undefined ? "" : ` at ${formatInstant(at)}`}`;
}
