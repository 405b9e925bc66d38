/** Byte ranges (RFC 9110, section 14). */

/** First and last byte, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A requested range, before the size is known: `bytes=A-B`, `bytes=A-`, or `bytes=-N` for the last N bytes. */
export type RequestedRange = { readonly from: number; readonly to?: number } | { readonly last: number };

/** Parses a Range header; undefined if it must be ignored: several ranges, other units, an end before its start. */
export function parseRange(header: string | undefined): RequestedRange | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "") return to === "" ? undefined : { last: Number(to) };
  if (to === "") return { from: Number(from) };
  return Number(to) < Number(from) ? undefined : { from: Number(from), to: Number(to) };
}

/** Resolves the range for a size in bytes; undefined if it is unsatisfiable. */
export function resolveRange(range: RequestedRange, size: number): ByteRange | undefined {
  const start = "last" in range ? Math.max(size - range.last, 0) : range.from;
  const end = "last" in range || range.to === undefined ? size - 1 : Math.min(range.to, size - 1);
  return start > end ? undefined : { start, end };
}
