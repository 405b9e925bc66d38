/** Proves when a signature was there: by the timestamps and the log entries that came with it. */
import type { Check, VerifiedTimestamp } from "../core/finding.ts";
import { formatInstant, maxSkew, type Instant } from "../core/instant.ts";
import type { Trust } from "../trust/trust.ts";
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
  readonly trust: Trust;
  /** The time of verification: nothing proven lies after it, further than clocks may differ. */
  readonly at: Instant;
}

export interface Times {
  readonly checks: readonly Check[];
  /** All that is proven. */
  readonly seen: readonly VerifiedTimestamp[];
}

/** Timestamps of strangers do not matter where a log gave a time, or where the trust does without logs. */
export async function verifyTimes({ evidence, verifier, root, trust, at }: TimesRequest): Promise<Times> {
  const { signature, content, timestamps, entries, stamped } = evidence;
  const isLogged = !trust.unchecked.includes("log");
  const stamps = await verifyTimestamps(timestamps, { stamped, authorities: root.timestampAuthorities, threshold: 1 });
  const byAuthorities = "value" in stamps ? stamps.value.map(stampedBy) : [];
  const question = { threshold: 1, logged: { signature, content, verifier }, logs: root.logs, at: byAuthorities[0]?.at ?? at };
  const logged = isLogged ? await verifyLogEntries(entries, question) : undefined;
  const byLogs = logged && "value" in logged ? logged.value.map(sightingOf) : [];
  const seen = distinct([...byAuthorities, ...byLogs]);
  const late = seen.find((one) => one.at !== undefined && one.at > at + maxSkew);
  if (late?.at !== undefined) {
    const detail = `seen at ${formatInstant(late.at)}, after the time of verification, ${formatInstant(at)}: one of the clocks is wrong`;
    return { checks: [{ name: "timestamp", outcome: "failed", code: "TIMESTAMP_INVALID", detail }], seen: [] };
  }
  const waits = logged && evidence.isPending === true && entries.length === 0 && byAuthorities.length > 0;
  const isNeedless = timestamps.length === 0 || byLogs.some((one) => one.at !== undefined) || !isLogged;
  const isLeftOut = isNeedless && stamps.check.outcome !== "passed" && stamps.check.code === "TIMESTAMP_MISSING";
  const log = waits ? pending : logged?.check;
  return { checks: [...(isLeftOut ? [] : [stamps.check]), ...(log ? [log] : [])], seen };
}

const pending: Check = {
  name: "log",
  outcome: "failed",
  code: "LOG_ENTRY_PENDING",
  detail: "says that a log is yet to be asked to keep it",
};

/** Without what the evidence holds several times. */
function distinct(sightings: readonly VerifiedTimestamp[]): readonly VerifiedTimestamp[] {
  return [...new Map(sightings.map((one) => [JSON.stringify(one), one])).values()];
}

function stampedBy({ authority, at }: TimestampTime): VerifiedTimestamp {
  return { kind: "timestamp", by: authority.name, at };
}

function sightingOf({ log, logIndex, integratedTime }: Logged): VerifiedTimestamp {
  return { kind: "log", by: log.name, index: logIndex, ...(integratedTime !== undefined && { at: integratedTime }) };
}
