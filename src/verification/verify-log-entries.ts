/**
 * Verifies that logs of enough operators have a signature. Entries of untrusted logs do not count, several of one operator
 * count once, and an invalid entry of a trusted log fails all.
 */
import type { LogEntry } from "./log-entry.ts";
import type { Result } from "./result.ts";
import { failedLogCheck, verifyLogEntry, type Logged, type LogEntryRequest } from "./verify-log-entry.ts";

/** Returns all verified entries, in their order. LOG_ENTRY_MISSING if they are of fewer operators than the threshold, or none. */
export async function verifyLogEntries(
  entries: readonly LogEntry[],
  { threshold, ...question }: LogEntryRequest & { readonly threshold: number },
): Promise<Result<readonly Logged[]>> {
  const found: Logged[] = [];
  const details = new Set<string>();
  for (const entry of entries) {
    const result = await verifyLogEntry(entry, question);
    details.add(result.check.detail);
    if (!("value" in result)) {
      if (result.check.code === "LOG_ENTRY_INVALID") return { check: result.check };
    } else {
      found.push(result.value);
    }
  }
  const operators = new Set(found.map(({ log }) => log.operator)).size;
  if (operators < Math.max(threshold, 1)) {
    const wanted = `${operators} of ${Math.max(threshold, 1)} operators of trusted logs hold it`;
    return failedLogCheck("LOG_ENTRY_MISSING", [wanted, ...[...details].slice(0, 3)].join("; "));
  }
  return { check: { name: "log", outcome: "passed", detail: [...details].join("; ") }, value: found };
}
