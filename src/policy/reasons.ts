/** Why a requirement is not met: the code, what was expected, what was found, and what to do. */
import { count } from "../core/count.ts";
import { catalogue, type Code } from "../core/errors.ts";
import { describeLocation, type EvidenceLocation } from "../core/evidence.ts";
import type { UnreadLocation } from "../core/finding.ts";
import type { Reason, Requirement } from "../core/verdict.ts";
import type { Authority } from "./authority.ts";
import { policyLimits } from "./limits.ts";
import type { Fault } from "./match.ts";

type Refusal = Pick<Exclude<Requirement, { readonly decision: "allow" }>, "decision" | "reason">;

/** The reason for incomplete evidence: some locations could not be read. */
export function notAllRead({ location, code, message, hint }: UnreadLocation, faults: readonly Fault[], expected: string): Refusal {
  const found = `${faults.length === 0 ? "none" : "no such signature"} so far, and ${location} could not be read: ${message}`;
  return { decision: "undecided", reason: { code, expected, found, remedy: hint } };
}

export function noneThere(locations: readonly EvidenceLocation[], attestations: number, expected: string): Refusal {
  const beside = attestations === 0 ? "" : ` (${count(attestations, "attestation")}, which never counts as one)`;
  const found = `no signature in ${locations.map(describeLocation).join(" or ")}${beside}`;
  return { decision: "deny", reason: { ...reasonOf("NO_SIGNATURE", expected, found), ...remedyFor(locations) } };
}

export function tooFew(met: ReadonlyMap<Authority, string>, atLeast: number, faults: readonly Fault[], expected: string): Refusal {
  const names = Array.from(met.keys(), ({ name }) => name).join(", ");
  const found = `signatures of ${met.size} of ${atLeast} signers${names === "" ? "" : `: ${names}`}${faults.length > 0 ? `; ${detailsOf(faults)}` : ""}`;
  return { decision: "deny", reason: reasonOf("NO_MATCHING_SIGNATURE", expected, found) };
}

function detailsOf(faults: readonly Fault[]): string {
  const details = [...new Set(faults.map(({ detail }) => detail))];
  return `${details.slice(0, policyLimits.details).join("; ")}${details.length > policyLimits.details ? "; …" : ""}`;
}

export function noneMatches(faults: readonly Fault[], expected: string): Refusal {
  const undecided = faults.every(({ decision }) => decision === "undecided");
  const codes = new Set(faults.map(({ code }) => code));
  const [only = "NO_MATCHING_SIGNATURE"] = codes;
  const several: Code = undecided ? "UNDECIDED" : "NO_MATCHING_SIGNATURE";
  const found = `${count(faults.length, "signature")}: ${detailsOf(faults)}`;
  return { decision: undecided ? "undecided" : "deny", reason: reasonOf(codes.size === 1 ? only : several, expected, found) };
}

export function reasonOf(code: Code, expected: string, found: string): Reason {
  return { code, expected, found, remedy: catalogue[code].remedy };
}

/** The remedy if the evidence was a given file and no location was searched. */
function remedyFor(locations: readonly EvidenceLocation[]): Pick<Reason, "remedy"> | undefined {
  if (locations.some(({ kind }) => kind !== "file")) return undefined;
  return { remedy: "Name the file that holds its signature; ask the signer for it." };
}
