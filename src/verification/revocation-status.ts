/** The revocation status of a certificate (RFC 6960, CertStatus): whether its authority has revoked it. */
import type { Code } from "../core/errors.ts";
import type { Instant } from "../core/instant.ts";
import { factKey, type StatusQuestion } from "../core/facts/facts.ts";
import { verificationLimits } from "./limits.ts";

export interface Good {
  readonly outcome: "passed";
  readonly detail: string;
  /** The end of validity of the answer, if there is one. */
  readonly until?: Instant;
}
export interface Revoked {
  readonly outcome: "failed";
  readonly code: "REVOKED";
  readonly detail: string;
}
export interface Unknown {
  readonly outcome: "undecided";
  /** REVOCATION_UNKNOWN, or the code of why the answers are unavailable. */
  readonly code: Code;
  readonly detail: string;
  /** Fact questions that may decide it; empty if all were asked. */
  readonly needs: readonly StatusQuestion[];
}
export type RevocationStatus = Good | Revoked | Unknown;

export function good(detail: string, until?: Instant): Good {
  return { outcome: "passed", detail, ...(until !== undefined && { until }) };
}

/** Limits a good status to end no later than `until`. */
export function heldUntil(status: RevocationStatus, until: Instant | undefined): RevocationStatus {
  if (status.outcome !== "passed" || until === undefined) return status;
  return { ...status, until: Math.min(until, status.until ?? until) };
}

export function unknown(detail: string, code: Code = "REVOCATION_UNKNOWN"): Unknown {
  return { outcome: "undecided", code, detail, needs: [] };
}

export function needed(...questions: readonly StatusQuestion[]): Unknown {
  return { ...unknown("was not asked yet"), needs: questions };
}

/** Joins unknown statuses: all needed questions, and the common code. */
export function joinUnknown(parts: readonly Unknown[]): Unknown {
  const codes = new Set(parts.map(({ code }) => code));
  const needs = new Map(parts.flatMap((part) => part.needs.map((question) => [factKey(question), question] as const)));
  const details = [...new Set(parts.map(({ detail }) => detail))].slice(0, verificationLimits.details);
  const [code = "REVOCATION_UNKNOWN"] = codes;
  return {
    outcome: "undecided",
    code: codes.size > 1 ? "REVOCATION_UNKNOWN" : code,
    detail: details.join("; "),
    needs: [...needs.values()],
  };
}

/** Returns the first decided status; if none, the union of the unknown ones. */
export async function firstKnown<T>(sources: readonly T[], ask: (source: T) => Promise<RevocationStatus>): Promise<RevocationStatus> {
  const unknowns: Unknown[] = [];
  for (const source of sources) {
    const status = await ask(source);
    if (status.outcome !== "undecided") return status;
    unknowns.push(status);
  }
  return joinUnknown(unknowns);
}

/** Revoked if any is, else unknown if any is, else good. */
export function allOf(statuses: readonly RevocationStatus[]): RevocationStatus {
  const revoked = statuses.find(({ outcome }) => outcome === "failed");
  if (revoked) return revoked;
  const unknowns = statuses.filter((status) => status.outcome === "undecided");
  if (unknowns.length > 0) return joinUnknown(unknowns);
  const ends = statuses.flatMap((one) => (one.outcome === "passed" ? (one.until ?? []) : []));
  const detail = [...new Set(statuses.map((one) => one.detail))].slice(0, verificationLimits.details).join("; ");
  return good(detail, ends.length > 0 ? Math.min(...ends) : undefined);
}
