/** Verifies that a log's entry is the requested one. */
import { malformed } from "../../../core/errors.ts";
import type { Instant } from "../../../core/instant.ts";
import { Fields } from "../../../core/json/json.ts";
import type { LogEntryJson } from "../../../core/verification-material.ts";
import { parseLogEntries } from "../../../verification/log-entry.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";
import { verifyLogEntry } from "../../../verification/verify-log-entry.ts";
import type { LogAuthority } from "../../../trust/trusted-root.ts";
import { accepted } from "../accepted.ts";

export interface LogRequest {
  /** The URL of the log. */
  readonly service: string;
  /** The signature that was uploaded. */
  readonly logged: LoggedSignature;
  /** The trusted logs. */
  readonly logs: readonly LogAuthority[];
}

export interface AcceptedLogEntry {
  readonly entry: LogEntryJson;
  /** The time of its inclusion, if the log verifies it. */
  readonly integratedTime?: Instant;
}

/**
 * Verifies it as a verifier does. Throws LOG_ENTRY_MISSING for an untrusted log, LOG_ENTRY_INVALID for an invalid entry, or
 * MALFORMED. `who` is the log.
 */
export async function verifiedEntry(
  entry: LogEntryJson,
  { logged, logs }: LogRequest,
  who: string,
  at: Instant,
): Promise<AcceptedLogEntry> {
  const what = `the answer of ${who}`;
  // This parses what will be written, not what was received.
  const [parsed] = parseLogEntries(new Fields(JSON.parse(JSON.stringify({ tlogEntries: [entry] })), what));
  if (parsed === undefined) throw malformed(`${what} holds no log entry`);
  const { integratedTime } = accepted(await verifyLogEntry(parsed, { logged, logs, at }), who);
  return { entry, ...(integratedTime !== undefined && { integratedTime }) };
}
