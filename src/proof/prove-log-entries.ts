/**
 * Proves that logs of enough operators hold a signature. Entries of logs that are not trusted do not count, several of one operator
 * count once, and an entry of a trusted log that does not hold fails all.
 */
import type { LogEntry } from "./log-entry.ts";
import type { Proof } from "./proof.ts";
import { failed, proveLogEntry, type Logged, type LogQuestion } from "./prove-log-entry.ts";

/** What is proven is in the order of the entries, one an operator. LOG_ENTRY_MISSING if it is too few. */
export async function proveLogEntries(
  entries: readonly LogEntry[],
  { threshold, ...question }: LogQuestion & { readonly threshold: number },
): Promise<Proof<readonly Logged[]>> {
  const found = new Map<string, Logged>();
  const details: string[] = [];
  for (const entry of entries) {
    const proof = await proveLogEntry(entry, question);
    details.push(proof.check.detail);
    if (!("value" in proof)) {
      if (proof.check.code === "LOG_ENTRY_INVALID") return { check: proof.check };
    } else if (!found.has(proof.value.log.operator)) {
      found.set(proof.value.log.operator, proof.value);
    }
  }
  if (found.size < threshold || found.size === 0) {
    const wanted = `${found.size} of ${Math.max(threshold, 1)} operators of trusted logs hold it`;
    return failed("LOG_ENTRY_MISSING", [wanted, ...details.slice(0, 3)].join("; "));
  }
  return { check: { name: "log", outcome: "passed", detail: details.join("; ") }, value: [...found.values()] };
}
