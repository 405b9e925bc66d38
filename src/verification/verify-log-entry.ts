/**
 * Proves that a trusted log holds a signature: the log promised it (SignedEntryTimestamp), or its tree has it
 * (RFC 6962, section 2.1.1, under a signed checkpoint); what an entry has of the two must both hold.
 */
import { formatInstant, type Instant } from "../core/instant.ts";
import type { LogAuthority } from "../trust/trusted-root.ts";
import type { LogEntry } from "./log-entry.ts";
import { faultOf } from "./log-fault.ts";
import { differenceOf, type LoggedSignature } from "./logged-signature.ts";
import type { Result } from "./result.ts";

export interface Logged {
  readonly log: LogAuthority;
  /** As far as it is proven: of the promise where there is one, else of the tree. */
  readonly logIndex: number;
  /** When the log took it in; only a promise proves that. */
  readonly integratedTime?: Instant;
}

export interface LogEntryRequest {
  readonly logged: LoggedSignature;
  readonly logs: readonly LogAuthority[];
  /** The time at which a log must be trusted whose entry proves none itself: a timestamp's if there is one, else that of verification. */
  readonly at: Instant;
}

/** Proves one entry. LOG_ENTRY_MISSING if its log is none of the trusted, LOG_ENTRY_INVALID if it does not hold. */
export async function verifyLogEntry(entry: LogEntry, { logged, logs, at }: LogEntryRequest): Promise<Result<Logged>> {
  const named = logs.filter((log) => isNamed(log, entry.logId));
  if (named.length === 0)
    return failedLogCheck("LOG_ENTRY_MISSING", `the entry is in the log ${entry.logId.slice(0, 64)}, which is not trusted`);
  const difference = differenceOf(entry.body, logged);
  if (difference !== undefined) return failedLogCheck("LOG_ENTRY_INVALID", `the log entry is for ${difference}`);

  const reasons: string[] = [];
  for (const log of named) {
    const reason = await faultOf(entry, log, at);
    if (reason !== undefined) reasons.push(`${log.name}: ${reason}`);
    else return passed(entry, log);
  }
  return failedLogCheck("LOG_ENTRY_INVALID", reasons.join("; "));
}

/** By the id it has, or by that of its checkpoints, which is the beginning of one. */
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

/** The check of a log that does not vouch. */
export function failedLogCheck(code: "LOG_ENTRY_MISSING" | "LOG_ENTRY_INVALID", detail: string): Result<never> {
  return { check: { name: "log", outcome: "failed", code, detail } };
}
