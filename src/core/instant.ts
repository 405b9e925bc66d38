import { malformed } from "./errors.ts";

/** A point in time: milliseconds since 1970-01-01T00:00:00Z. A number, so that nobody can change it in place. */
export type Instant = number;

/** How far somebody else's clock may be from ours: milliseconds, five minutes. */
export const maxSkew: number = 5 * 60_000;

/** RFC 3339 in UTC with seconds: `2026-11-21T09:00:00Z`. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
}

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** RFC 3339 in UTC, as protobuf's JSON writes it; what is finer than a millisecond is cut off. Throws MALFORMED. */
export function parseInstant(text: string, what: string): Instant {
  const [, seconds = "", fraction = ""] = rfc3339.exec(text) ?? [];
  const at = Date.parse(`${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}Z`);
  // Dates that the calendar does not have come back as others.
  if (Number.isNaN(at) || formatInstant(at) !== `${seconds}Z`) {
    throw malformed(`${what} is not a time of the form 2026-11-21T09:00:00Z: ${JSON.stringify(text.slice(0, 50))}`);
  }
  return at;
}

/** Year 9999, the last that RFC 3339 can write. */
const maxSeconds = 253_402_300_799;

/** A time given in seconds since 1970. Throws MALFORMED for one that no calendar here has. */
export function fromSeconds(seconds: number, what: string): Instant {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > maxSeconds) throw malformed(`${what} is no time in seconds: ${seconds}`);
  return seconds * 1000;
}
