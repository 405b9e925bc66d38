/** Combines exit statuses: the common one if all failures agree, else that of POLICY_DENIED. */
import { catalogue, type Code } from "../core/errors.ts";
import type { Verdict } from "../core/verdict.ts";

export function exitOf(codes: readonly (Code | undefined)[]): number {
  const statuses = new Set(codes.flatMap((code) => (code === undefined ? [] : [catalogue[code].exit])));
  const [only = 0] = statuses;
  return statuses.size > 1 ? catalogue.POLICY_DENIED.exit : only;
}

export function exitOfVerdicts(verdicts: readonly Verdict[]): number {
  return exitOf(verdicts.map(({ decision, reason }) => (decision === "allow" ? undefined : (reason?.code ?? "INTERNAL"))));
}
