/**
 * Verifies that a trusted log has a signature: by the log's promise (SignedEntryTimestamp), or by an inclusion proof
 * (RFC 6962, section 2.1.1, under a signed checkpoint); if an entry has both, both must verify.
 */
import { formatInstant, type Instant } from "../core/instant.ts";
import type { LogAuthority } from "../trust/trusted-root.ts";
import type { LogEntry } from "./log-entry.ts";
import { faultOf } from "./log-fault.ts";
import { differenceOf, type LoggedSignature } from "./logged-signature.ts";
import type { Result } from "./result.ts";

export interface Logged {
  readonly log: LogAuthority;
  /** The verified index: of the promise if there is one, else in the tree. */
  readonly logIndex: number;
  /** The time of integration; only a promise verifies it. */
  readonly integratedTime?: Instant;
}

export interface LogEntryRequest {
  readonly logged: LoggedSignature;
  readonly logs: readonly LogAuthority[];
  /** The time at which the log must be trusted if the entry has no verified time: a timestamp's if there is one, else that of verification. */
  readonly at: Instant;
}

/** Verifies one entry. LOG_ENTRY_MISSING if its log is not trusted, LOG_ENTRY_INVALID if it does not verify. */
export async function verifyLogEntry(entry: LogEntry, { logged, logs, at }: LogEntryRequest): Promise<Result<Logged>> {
  const named = logs.filter((log) => isNamed(log, entry.logId));
  if (named.length === 0)
    return failedLogCheck("LOG_ENTRY_MISSING", `the entry is in the log ${entry.logId.slice(0, 64)}, which is not trusted`);
  const difference = await differenceOf(entry.body, logged);
  if (difference !== undefined) return failedLogCheck("LOG_ENTRY_INVALID", `the log entry is for ${difference}`);

  const reasons: string[] = [];
  for (const log of named) {
    const reason = await faultOf(entry, log, at);
    if (reason !== undefined) reasons.push(`${log.name}: ${reason}`);
    else return passed(entry, log);
  }
  return failedLogCheck("LOG_ENTRY_INVALID", reasons.join("; "));
}

/** Finds the log by its id, or by the id of its checkpoints, which is a prefix of it. */
function isNamed({ id, checkpointId }: LogAuthority, logId: string): boolean {
  return logId === id || logId.slice(0, 8) === (id.length === 8 ? id : checkpointId);
}

function passed(entry: LogEntry, log: LogAuthority): Result<Logged> {
  const { promise, integratedTime, inclusion } = entry;
  const logIndex = promise || !inclusion ? entry.logIndex : inclusion.index;
  const time = promise && integratedTime !== undefined ? { integratedTime } : {};
  const when = time.integratedTime === undefined ? "" : `, since ${formatInstant(time.integratedTime)}`;
  return {
    check: { name: "log", outcome: "passed", detail: `${log.name} holds it at ${logIndex}${when}` },
    value: { log, logIndex, ...time },
  };
}

/** The failed check of an entry. */
export function failedLogCheck(code: "LOG_ENTRY_MISSING" | "LOG_ENTRY_INVALID", detail: string): Result<never> {
  return { check: { name: "log", outcome: "failed", code, detail } };
}
