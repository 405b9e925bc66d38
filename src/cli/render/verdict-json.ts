/** A verdict as JSON: docs/reference/verdict.v1alpha2.schema.json. */
import type { EvidenceLocation } from "../../core/evidence.ts";
import { outcomeOf, type Finding, type Signatory, type VerifiedTimestamp } from "../../core/finding.ts";
import { formatInstant } from "../../core/instant.ts";
import type { Interval } from "../../core/interval.ts";
import type { Verdict } from "../../core/verdict.ts";

export const verdictVersion = "verdict/v1alpha2";

/** One line of JSON. */
export function verdictToJson(verdict: Verdict): string {
  const { findings, at, holds, embeddedTrustRenewBy: renewBy, ...rest } = verdict;
  return JSON.stringify({
    apiVersion: verdictVersion,
    ...rest,
    ...(renewBy !== undefined && { embeddedTrustRenewBy: formatInstant(renewBy) }),
    at: formatInstant(at),
    holds: intervalToJson(holds),
    findings: findings.map(findingToJson),
  });
}

function findingToJson(finding: Finding): unknown {
  const { location, verifiedTimestamps, signer, holds, needs: _, ...rest } = finding;
  return {
    ...rest,
    location: locationToJson(location),
    ...(signer && { signer: signerToJson(signer) }),
    verifiedTimestamps: verifiedTimestamps.map(timestampToJson),
    holds: intervalToJson(holds),
    outcome: outcomeOf(finding),
  };
}

function locationToJson(location: EvidenceLocation): unknown {
  return location.kind === "tag" ? { kind: location.kind, tag: location.tag } : location;
}

function signerToJson(signer: Signatory): unknown {
  if (signer.kind !== "x509") return signer;
  const { validity, plugin, ...rest } = signer;
  return { ...rest, ...(validity && { validity: intervalToJson(validity) }), ...(plugin && { plugin: plugin.plugin }) };
}

function timestampToJson({ at, ...timestamp }: VerifiedTimestamp): unknown {
  return { ...timestamp, ...(at !== undefined && { at: formatInstant(at) }) };
}

/** An open end is left out. */
function intervalToJson({ from, until }: Interval): unknown {
  const end = 253402300800000; // the year 10000, beyond RFC 3339
  return { ...(from > -62135596800000 && { from: formatInstant(from) }), ...(until < end && { until: formatInstant(until) }) };
}
