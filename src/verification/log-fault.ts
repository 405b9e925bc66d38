/** Verifies a log entry by its log: the promise, the log's period of trust, the inclusion proof. */
import { encodeUtf8, toBase64 } from "../core/bytes.ts";
import { isCheckpointSignedBy } from "../core/tlog/checkpoint.ts";
import { formatInstant, type Instant } from "../core/instant.ts";
import { isIncluded, leafHash } from "../core/tlog/merkle.ts";
import { verifies } from "../core/keys/public-key.ts";
import { isWithin, type LogAuthority } from "../trust/trusted-root.ts";
import type { Inclusion, LogEntry } from "./log-entry.ts";

/** Why the entry does not verify with this log; undefined if it does. `at` is the time for an entry without a verified one. */
export async function faultOf(entry: LogEntry, log: LogAuthority, at: Instant): Promise<string | undefined> {
  const { promise, inclusion, integratedTime } = entry;
  if (!promise && !inclusion) return "the entry has neither a promise nor a proof of inclusion";
  if (promise) {
    if (integratedTime === undefined) return "the entry has a promise and no time";
    if (!(await verifies(log.publicKey, promised(entry, integratedTime), promise))) return "the log's promise does not verify";
  }
  const time = promise && integratedTime !== undefined ? integratedTime : at;
  if (!isWithin(log.validFor, time)) return `the log is not trusted for ${formatInstant(time)}`;
  return inclusion && faultOfInclusion(entry.bytes, inclusion, log);
}

/** The canonical form (RFC 8785) of the four members; the strings among them need no escapes. */
function promised({ bytes, logId, logIndex }: LogEntry, integratedTime: Instant): Uint8Array {
  return encodeUtf8(JSON.stringify({ body: toBase64(bytes), integratedTime: integratedTime / 1000, logID: logId, logIndex }));
}

async function faultOfInclusion(bytes: Uint8Array, { index, path, checkpoint }: Inclusion, log: LogAuthority): Promise<string | undefined> {
  if (!(await isCheckpointSignedBy(checkpoint, log.checkpointId ?? log.id.slice(0, 8), log.publicKey)))
    return "the checkpoint is not signed by the log";
  return isIncluded(leafHash(bytes), index, path, checkpoint) ? undefined : "the entry is not in the checkpoint's tree";
}
