/** A point in time: milliseconds since 1970-01-01T00:00:00Z. A number, so that nobody can change it in place. */
export type Instant = number;

/** RFC 3339 in UTC with seconds: `2026-11-21T09:00:00Z`. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
}
