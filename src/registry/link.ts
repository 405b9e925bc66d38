/**
 * Parses the link to the next page of a listing (RFC 8288, section 3):
 *
 *     Link: </v2/app/referrers/sha256:…?next=2>; rel="next"
 */
import { HeaderScanner } from "./header-scanner.ts";

const target = /<[^<>\s]*>/y;
const semicolon = /[ \t]*;[ \t]*/y;
const equals = /[ \t]*=[ \t]*/y;
const commas = /[ \t]*(?:,[ \t]*)+/y;

/** Returns the target of the link with relation `next`, as written. Throws MALFORMED, or LIMIT_EXCEEDED past 8 KiB. */
export function nextLink(header: string): string | undefined {
  const scanner = new HeaderScanner(header, "Link");
  let next: string | undefined;
  scanner.take(commas);
  while (!scanner.atEnd) {
    const uri = scanner.take(target)?.slice(1, -1);
    if (uri === undefined) throw scanner.malformed();
    if (readRelations(scanner).includes("next")) next ??= uri;
    if (scanner.take(commas) === undefined && !scanner.atEnd) throw scanner.malformed();
  }
  return next;
}

/** The link's relation types; of several `rel` parameters only the first counts. */
function readRelations(scanner: HeaderScanner): readonly string[] {
  let relations: readonly string[] | undefined;
  while (scanner.take(semicolon) !== undefined) {
    const name = scanner.token();
    const value = scanner.take(equals) === undefined ? "" : scanner.value();
    if (name === undefined || value === undefined) throw scanner.malformed();
    if (name.toLowerCase() === "rel") relations ??= value.toLowerCase().split(" ");
  }
  return relations ?? [];
}
