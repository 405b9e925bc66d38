/** Decodes a long JSON string in pieces. */
import { sliceBytes, type Sliced } from "../async/in-slices.ts";
import { decodeUtf8 } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { parseText } from "./json.ts";

const backslash = 0x5c;
/** Bytes of the longest escape: \u and four digits. */
const longestEscape = 6;

/** Yields the string that the JSON bytes, quotes included, encode, in pieces of at most a slice. Throws MALFORMED. */
export function* stringPieces(quoted: Uint8Array, what: string, take: (piece: string) => void): Sliced<void> {
  const end = quoted.length - 1;
  for (let at = 1; at < end;) {
    const next = at + sliceBytes < end ? boundary(quoted, at, at + sliceBytes) : end;
    const piece = parseText(`"${decodeUtf8(quoted.subarray(at, next), what)}"`, what);
    if (typeof piece !== "string") throw malformed(`${what} is not JSON`);
    take(piece);
    at = next;
    yield;
  }
}

/** Returns the last position, `end` at most, that is not inside a UTF-8 character or an escape. */
function boundary(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > end - 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--;
  const from = Math.max(start, at - longestEscape + 1);
  let escape = at - 1;
  while (escape >= from && bytes[escape] !== backslash) escape--;
  if (escape < from) return at;
  let first = escape;
  while (first > start && bytes[first - 1] === backslash) first--;
  // In a run of backslashes, every second one is escaped by the one before it.
  return (escape - first) % 2 === 0 ? escape : escape - 1;
}
