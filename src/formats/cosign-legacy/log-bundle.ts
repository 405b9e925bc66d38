/**
 * The log entry that cosign keeps in the annotation `dev.sigstore.cosign/bundle` beside a signature (sigstore/cosign, pkg/cosign/bundle):
 *
 *     {"SignedEntryTimestamp":BASE64,"Payload":{"body":BASE64,"integratedTime":SECONDS,"logIndex":N,"logID":HEX}}
 */
import { encodeUtf8, fromBase64 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import { fromSeconds } from "../../core/instant.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { parseLogBody } from "../../verification/log-body.ts";
import { formatLimits } from "../limits.ts";
import type { LogEntry } from "../../verification/log-entry.ts";

/** Reads the annotation's text. Throws MALFORMED, LIMIT_EXCEEDED or UNSUPPORTED. */
export function parseLogBundle(text: string): LogEntry {
  const what = "the annotation dev.sigstore.cosign/bundle";
  const fields = new Fields(parseJson(encodeUtf8(text), what, { maxValues: formatLimits.legacyValues }), what);
  const payload = fields.fields("Payload");
  const bytes = fromBase64(payload.string("body"), `${payload.at}.body`);
  const logId = payload.string("logID");
  if (!/^[0-9a-f]{64}$/.test(logId)) throw malformed(`${payload.at}.logID is not a log's id in lower-case hex`);
  return {
    logId,
    logIndex: payload.size("logIndex"),
    integratedTime: fromSeconds(payload.size("integratedTime"), `${payload.at}.integratedTime`),
    bytes,
    body: parseLogBody(bytes, `${payload.at}.body`),
    promise: fromBase64(fields.string("SignedEntryTimestamp"), `${fields.at}.SignedEntryTimestamp`),
  };
}
