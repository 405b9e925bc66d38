/** A validity period (sigstore/protobuf-specs, `sigstore_common.proto`, TimeRange): `{"start","end"}`. */
import { malformed } from "../core/errors.ts";
import { parseInstant } from "../core/instant.ts";
import type { Fields } from "../core/json/json.ts";
import type { Period } from "./trusted-root.ts";

/** Reads a period, which requires its start. Throws MALFORMED. */
export function parsePeriod(fields: Fields): Period {
  const start = parseInstant(fields.string("start"), `${fields.at}.start`);
  const end = fields.optionalString("end");
  if (end === undefined) return { start };
  const last = parseInstant(end, `${fields.at}.end`);
  if (last < start) throw malformed(`${fields.at} ends before it starts`);
  return { start, end: last };
}
