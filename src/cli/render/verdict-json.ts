/** A verdict for programs: docs/reference/verdict.v1alpha1.schema.json. */
import type { Place } from "../../core/evidence.ts";
import { outcomeOf, type Finding, type Sighting } from "../../core/finding.ts";
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
  const { place, seen } = finding;
  return { ...finding, place: placeToJson(place), seen: seen.map(sightingToJson), outcome: outcomeOf(finding) };
}

function placeToJson(place: Place): unknown {
  return place.kind === "tag" ? { kind: place.kind, tag: place.tag } : place;
}

function sightingToJson({ at, ...sighting }: Sighting): unknown {
  return { ...sighting, ...(at !== undefined && { at: formatInstant(at) }) };
}
