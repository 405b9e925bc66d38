/** Times with an offset from UTC (RFC 3339, section 5.6), as tools write local time: `2023-01-19T00:21:36-08:00`. */
import { malformed } from "../../core/errors.ts";
import { parseInstant, type Instant } from "../../core/instant.ts";

const grammar = /^(.{19}(?:\.\d{1,9})?)(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** Digits below a millisecond are cut off. Throws MALFORMED. */
export function parseOffsetTime(text: string, what: string): Instant {
  const match = grammar.exec(text);
  if (!match) throw malformed(`${what} is not a time of RFC 3339: ${JSON.stringify(text.slice(0, 50))}`);
  const [, local = "", sign, hours = "0", minutes = "0"] = match;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return parseInstant(`${local}Z`, what) + (sign === "-" ? offset : -offset);
}
