/** Verifies the times of a signature, by its timestamps and log entries. */
import type { Check, VerifiedTimestamp } from "../core/finding.ts";
import { formatInstant, maxSkew, type Instant } from "../core/instant.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import type { SignatureVerifier } from "./logged-signature.ts";
import { verifyLogEntries } from "./verify-log-entries.ts";
import type { Logged } from "./verify-log-entry.ts";
import type { TimestampTime } from "./verify-timestamp.ts";
import { verifyTimestamps } from "./verify-timestamps.ts";
import type { SignatureEvidence } from "./signature-evidence.ts";

export interface TimesRequest {
  readonly evidence: SignatureEvidence;
  readonly verifier: SignatureVerifier;
  readonly root: TrustedRoot;
  /** The time of verification: verified times may be after it only by the tolerated clock difference. */
  readonly at: Instant;
}

export interface Times {
  readonly checks: readonly Check[];
  readonly verifiedTimestamps: readonly VerifiedTimestamp[];
  readonly changesAt: readonly (Instant | undefined)[];
}

/** Timestamps of untrusted authorities are ignored if a log entry gives a verified time. */
export async function verifyTimes({ evidence, verifier, root, at }: TimesRequest): Promise<Times> {
  const { signature, content, timestamps, entries, stamped } = evidence;
  const stamps = await verifyTimestamps(timestamps, { stamped, authorities: root.timestampAuthorities, threshold: 1 });
  const byAuthorities = "value" in stamps ? stamps.value.map(timestampOf) : [];
  const question = { threshold: 1, logged: { signature, content, verifier }, logs: root.logs, at: byAuthorities[0]?.at ?? at };
  const logged = await verifyLogEntries(entries, question);
  const byLogs = "value" in logged ? logged.value.map(loggedAt) : [];
  const verifiedTimestamps = distinct([...byAuthorities, ...byLogs]);
  const changesAt = [
    ...verifiedTimestamps.map((one) => (one.at !== undefined ? one.at - maxSkew : undefined)),
    ...root.logs.flatMap(({ validFor: { start, end } }) => [start, end === undefined ? undefined : end + 1]),
  ];
  const late = verifiedTimestamps.find((one) => one.at !== undefined && one.at > at + maxSkew);
  if (late?.at !== undefined) {
    const detail = `made at ${formatInstant(late.at)}, after the time of verification, ${formatInstant(at)}: one of the clocks is wrong`;
    return { checks: [{ name: "timestamp", outcome: "failed", code: "TIMESTAMP_INVALID", detail }], verifiedTimestamps: [], changesAt };
  }
  const waits = evidence.isPending === true && entries.length === 0 && byAuthorities.length > 0;
  const isNeedless = timestamps.length === 0 || byLogs.some((one) => one.at !== undefined);
  const isLeftOut = isNeedless && stamps.check.outcome !== "passed" && stamps.check.code === "TIMESTAMP_MISSING";
  return { checks: [...(isLeftOut ? [] : [stamps.check]), waits ? pending : logged.check], verifiedTimestamps, changesAt };
}

const pending: Check = {
  name: "log",
  outcome: "failed",
  code: "LOG_ENTRY_PENDING",
  detail: "says that a log is yet to be asked to keep it",
};

/** Removes duplicate timestamps and entries. */
function distinct(timestamps: readonly VerifiedTimestamp[]): readonly VerifiedTimestamp[] {
  return [...new Map(timestamps.map((one) => [JSON.stringify(one), one])).values()];
}

function timestampOf({ authority, at }: TimestampTime): VerifiedTimestamp {
  return { kind: "timestamp", by: authority.name, at };
}

function loggedAt({ log, logIndex, integratedTime }: Logged): VerifiedTimestamp {
  return { kind: "log", by: log.name, index: logIndex, ...(integratedTime !== undefined && { at: integratedTime }) };
}
