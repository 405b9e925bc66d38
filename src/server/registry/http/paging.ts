/** Pages of a list: `?n=COUNT&last=ENTRY`, and a Link header to the next page (distribution specification, "Listing Tags"; RFC 8288). */
import { RegistryError } from "../registry-error.ts";

/** Returns the requested number of entries, which is at most, and by default, `max`. */
export function pageSize(query: URLSearchParams, max: number): number {
  const n = query.get("n") ?? String(max);
  if (!/^\d+$/.test(n)) throw new RegistryError("UNSUPPORTED", "n is not a whole number", { status: 400 });
  return Math.min(Number(n), max);
}

/** Returns the header with the link to the entries after `last`. */
export function linkToNext(path: string, query: URLSearchParams, n: number, last: string): Readonly<Record<string, string>> {
  const next = new URLSearchParams(query);
  next.set("n", String(n));
  next.set("last", last);
  return { Link: `<${path}?${next.toString()}>; rel="next"` };
}
