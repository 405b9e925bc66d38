import { malformed } from "./errors.ts";

/** A point in time: milliseconds since 1970-01-01T00:00:00Z. A number is immutable, unlike a Date. */
export type Instant = number;

/** Maximum clock difference that is tolerated: milliseconds, five minutes. */
export const maxSkew: number = 5 * 60_000;

/** Formats RFC 3339 in UTC with seconds: `2026-11-21T09:00:00Z`. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
}

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** Parses RFC 3339 in UTC, as in protobuf's JSON; finer than a millisecond is truncated. Throws MALFORMED. */
export function parseInstant(text: string, what: string): Instant {
  const [, seconds = "", fraction = ""] = rfc3339.exec(text) ?? [];
  const at = Date.parse(`${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}Z`);
  // Date maps a nonexistent date to another one.
  if (Number.isNaN(at) || formatInstant(at) !== `${seconds}Z`) {
    throw malformed(`${what} is not a time of the form 2026-11-21T09:00:00Z: ${JSON.stringify(text.slice(0, 50))}`);
  }
  return at;
}

/** The end of year 9999, the last that RFC 3339 can express. */
const maxSeconds = 253_402_300_799;

/** Converts seconds since 1970. Throws MALFORMED outside the range of dates. */
export function fromSeconds(seconds: number, what: string): Instant {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > maxSeconds)
    throw malformed(`${what} is not a time in seconds: ${seconds}`);
  return seconds * 1000;
}
