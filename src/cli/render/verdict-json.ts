/** A verdict for programs: docs/reference/verdict.v1alpha1.schema.json. */
import type { EvidenceLocation } from "../../core/evidence.ts";
import { outcomeOf, type Finding, type VerifiedTimestamp } from "../../core/finding.ts";
import { formatInstant } from "../../core/instant.ts";
import type { Verdict } from "../../core/verdict.ts";

export const verdictVersion = "verdict/v1alpha1";

/** One line of JSON. */
export function verdictToJson(verdict: Verdict): string {
  const { requirements, at, ...rest } = verdict;
  return JSON.stringify({
    apiVersion: verdictVersion,
    ...rest,
    at: formatInstant(at),
    requirements: requirements.map(({ findings, ...requirement }) => ({ ...requirement, findings: findings.map(findingToJson) })),
  });
}

function findingToJson(finding: Finding): unknown {
  const { location, seen } = finding;
  return { ...finding, location: placeToJson(location), seen: seen.map(sightingToJson), outcome: outcomeOf(finding) };
}

function placeToJson(location: EvidenceLocation): unknown {
  return location.kind === "tag" ? { kind: location.kind, tag: location.tag } : location;
}

function sightingToJson({ at, ...sighting }: VerifiedTimestamp): unknown {
  return { ...sighting, ...(at !== undefined && { at: formatInstant(at) }) };
}
