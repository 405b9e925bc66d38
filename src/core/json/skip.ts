/** Finds the end of one value by its brackets and quotes only: the content is checked when the value is parsed. */
import { sliceBytes, type Sliced } from "../async/in-slices.ts";
import { malformed } from "../errors.ts";

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const openObject = 0x7b;
const closeObject = 0x7d;
/** The one bit in which `[` differs from `{`, and `]` from `}`. */
const lower = 0x20;

/** Returns the position after the value that starts at `start`; throws MALFORMED if no value starts there, or it has no end. */
export function* afterValue(bytes: Uint8Array, start: number, what: string): Sliced<number> {
  const first = bytes[start] ?? 0;
  const position: Position = { at: start, depth: 0, inString: false };
  const advance = first === quote || (first | lower) === openObject ? toClosing : toDelimiter;
  while (!advance(bytes, position, position.at + sliceBytes)) {
    if (position.at >= bytes.length) throw malformed(`${what} is not JSON: a value has no end`);
    yield;
  }
  if (position.at === start) throw malformed(`${what} is not JSON`);
  return position.at;
}

/** Returns the position of the first byte from `start` that is not whitespace. */
export function* afterWhitespace(bytes: Uint8Array, start: number): Sliced<number> {
  let at = start;
  while (isWhitespace(bytes[at])) if (++at % sliceBytes === 0) yield;
  return at;
}

export function isWhitespace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x09 || byte === 0x0d;
}

interface Position {
  at: number;
  depth: number;
  inString: boolean;
}

/** Continues to the end of a string, array or object, or to `until`. */
function toClosing(bytes: Uint8Array, position: Position, until: number): boolean {
  const end = Math.min(until, bytes.length);
  let { at, depth, inString } = position;
  let isDone = false;
  while (at < end && !isDone) {
    let byte = bytes[at++];
    if (inString || byte === quote) {
      if (!inString) byte = bytes[at++];
      while (byte !== quote && at < end) {
        if (byte === backslash) at++;
        byte = bytes[at++];
      }
      inString = byte !== quote;
      if (inString && byte === backslash) at++;
      isDone = depth === 0 && !inString;
    } else if (byte !== undefined && byte > comma) {
      const bracket = byte | lower;
      if (bracket === openObject) depth++;
      else if (bracket === closeObject) isDone = --depth === 0;
    }
  }
  position.at = at;
  position.depth = depth;
  position.inString = inString;
  return isDone;
}

/** Continues to the end of a number or literal, or to `until`. */
function toDelimiter(bytes: Uint8Array, position: Position, until: number): boolean {
  let { at } = position;
  let byte = bytes[at];
  while (at < until && byte !== undefined && byte !== comma && (byte | lower) !== closeObject && !isWhitespace(byte)) byte = bytes[++at];
  position.at = at;
  return at < until || byte === undefined;
}
