/** Proves when a signature was there: by the timestamps and the log entries that came with it. */
import type { Check } from "../core/finding.ts";
import { formatInstant, type Instant } from "../core/instant.ts";
import type { Trust } from "../trust/trust.ts";
import type { TrustedRoot } from "../trust/trusted-root.ts";
import type { SignatureVerifier } from "./logged-signature.ts";
import { proveLogEntries } from "./prove-log-entries.ts";
import { proveTimestamps } from "./prove-timestamps.ts";
import type { SignatureEvidence } from "./signature-evidence.ts";

export interface TimesQuestion {
  readonly evidence: SignatureEvidence;
  readonly verifier: SignatureVerifier;
  readonly root: TrustedRoot;
  readonly trust: Trust;
  /** The time of verification: nothing proven lies after it. */
  readonly at: Instant;
}

export interface Times {
  readonly checks: readonly Check[];
  /** All that are proven. */
  readonly times: readonly Instant[];
}

/** Timestamps of strangers do not matter where a log gave a time, or where the trust does without logs. */
export async function proveTimes({ evidence, verifier, root, trust, at }: TimesQuestion): Promise<Times> {
  const { signature, content, timestamps, entries, stamped } = evidence;
  const isLogged = !trust.unchecked.includes("log");
  const stamps = await proveTimestamps(timestamps, { stamped, authorities: root.timestampAuthorities, threshold: 1 });
  const stampedAt = "value" in stamps ? stamps.value.map((stamp) => stamp.at) : [];
  const question = { threshold: 1, logged: { signature, content, verifier }, logs: root.logs, at: stampedAt[0] ?? at };
  const logged = isLogged ? await proveLogEntries(entries, question) : undefined;
  const integratedAt = logged && "value" in logged ? logged.value.flatMap(({ integratedTime }) => integratedTime ?? []) : [];
  const times = [...stampedAt, ...integratedAt];
  const late = times.find((time) => time > at);
  if (late !== undefined) {
    const detail = `seen at ${formatInstant(late)}, after the time of verification, ${formatInstant(at)}`;
    return { checks: [{ name: "timestamp", outcome: "failed", code: "TIMESTAMP_INVALID", detail }], times: [] };
  }
  const isNeedless = timestamps.length === 0 || integratedAt.length > 0 || !isLogged;
  const isLeftOut = isNeedless && stamps.check.outcome !== "passed" && stamps.check.code === "TIMESTAMP_MISSING";
  return { checks: [...(isLeftOut ? [] : [stamps.check]), ...(logged ? [logged.check] : [])], times };
}
