/** An entry that a log gave, once it is proven to be what the log was asked to keep. */
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
  /** The signature that is to be kept. */
  readonly logged: LoggedSignature;
  /** The logs that are trusted. */
  readonly logs: readonly LogAuthority[];
}

export interface AcceptedLogEntry {
  readonly entry: LogEntryJson;
  /** When the log took it in, where it proves that. */
  readonly integratedTime?: Instant;
}

/**
 * Proves it as verifying does. Throws LOG_ENTRY_MISSING for a log that is not trusted, LOG_ENTRY_INVALID for an entry that does not
 * hold, or MALFORMED. `who` answered.
 */
export async function verifiedEntry(
  entry: LogEntryJson,
  { logged, logs }: LogRequest,
  who: string,
  at: Instant,
): Promise<AcceptedLogEntry> {
  const what = `the answer of ${who}`;
  // What parses is not what was received but what will be written.
  const [parsed] = parseLogEntries(new Fields(JSON.parse(JSON.stringify({ tlogEntries: [entry] })), what));
  if (parsed === undefined) throw malformed(`${what} holds no log entry`);
  const { integratedTime } = accepted(await verifyLogEntry(parsed, { logged, logs, at }), who);
  return { entry, ...(integratedTime !== undefined && { integratedTime }) };
}
