/** Pages of a list: `?n=COUNT&last=ENTRY`, and a Link header to what follows (distribution specification, "Listing Tags"; RFC 8288). */
import { RegistryError } from "../registry-error.ts";

/** Entries of one page at most, and where no number is asked for. */
const maxPage = 1000;

/** How many entries are asked for. */
export function pageSize(query: URLSearchParams): number {
  const n = query.get("n") ?? String(maxPage);
  if (!/^\d+$/.test(n)) throw new RegistryError("UNSUPPORTED", "n is not a whole number", { status: 400 });
  return Math.min(Number(n), maxPage);
}

/** The header that leads to the entries after `last`. */
export function linkToNext(path: string, query: URLSearchParams, n: number, last: string): Readonly<Record<string, string>> {
  const next = new URLSearchParams(query);
  next.set("n", String(n));
  next.set("last", last);
  return { Link: `<${path}?${next.toString()}>; rel="next"` };
}
