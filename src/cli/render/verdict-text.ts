/** A verdict for people: the answer first, then why, then what was found. */
import { describePlace } from "../../core/evidence.ts";
import { outcomeOf, type Check, type Finding } from "../../core/finding.ts";
import type { Decision, Verdict } from "../../core/verdict.ts";
import type { Style } from "./style.ts";
import { clean, field } from "./text.ts";

const answers: Readonly<Record<Decision, { readonly word: string; readonly paint: keyof Style }>> = {
  allow: { word: "allowed", paint: "good" },
  deny: { word: "refused", paint: "bad" },
  undecided: { word: "undecided", paint: "unsure" },
};

export function renderVerdict(verdict: Verdict, style: Style): string {
  const { decision, subject, reason, requirements, gaps } = verdict;
  const { word, paint } = answers[decision];
  const lines = [`${style[paint](reason ? `${word}: ${reason.code}` : word)}  ${clean(subject.reference)}\n`];
  if (subject.digest !== undefined) lines.push(field("digest", subject.digest));
  if (reason) lines.push(field("why", reason.message), field("remedy", reason.remedy));

  const findings = requirements.flatMap((requirement) => requirement.findings);
  for (const finding of findings) lines.push(renderFinding(finding, style));
  for (const gap of gaps) lines.push(field("unread", `${gap.place}: ${gap.code}: ${gap.message}`));
  return lines.join("");
}

const marks: Readonly<Record<Check["outcome"], { readonly label: string; readonly paint: keyof Style }>> = {
  passed: { label: "passed", paint: "good" },
  failed: { label: "failed", paint: "bad" },
  undecided: { label: "undecided", paint: "unsure" },
};

function renderFinding(finding: Finding, style: Style): string {
  const { label, paint } = marks[outcomeOf(finding)];
  const what = finding.claim?.kind ?? "evidence";
  const head = `  ${style[paint](label.padEnd(10))} ${what} (${finding.format}) in ${describePlace(finding.place)}\n`;
  const checks = finding.checks.map((check) => `    ${check.name.padEnd(12)} ${check.outcome}: ${clean(check.detail)}\n`);
  const annotations = finding.claim?.kind === "signature" ? Object.entries(finding.claim.annotations) : [];
  const said =
    annotations.length > 0 ? [`    annotations  ${clean(annotations.map(([key, value]) => `${key}=${value}`).join(", "))}\n`] : [];
  return [head, ...checks, ...said].join("");
}
