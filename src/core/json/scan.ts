/** Checks what JSON.parse does not bound: depth and number of values. JSON.parse checks the grammar itself. */
import { malformed, TouchmarkError } from "../errors.ts";

// Not imported: the engine inlines a constant of the same module into the loop, which then takes half the time.
const quoteByte = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openObject = 0x7b;
const closeObject = 0x7d;
/** The one bit in which `[` differs from `{`, and `]` from `}`. */
const lower = 0x20;

export interface ScanBounds {
  readonly maxDepth: number;
  readonly maxValues: number;
}

/** The surroundings of the bytes, where they are a part of a larger document. */
export interface ScanState {
  readonly depth: number;
  readonly values: number;
}

export interface Scanned {
  /** Members of all objects: colons outside strings. */
  readonly members: number;
  /** Number of values so far, those of the surrounding document included. */
  readonly values: number;
}

export const wholeDocument: ScanState = { depth: 0, values: 1 };

/** Scans a document, or a part of one. Throws LIMIT_EXCEEDED past a bound, MALFORMED for an unterminated string. */
export function scanJson(bytes: Uint8Array, what: string, { maxDepth, maxValues }: ScanBounds, around: ScanState): Scanned {
  const { length } = bytes;
  let { depth, values } = around;
  let members = 0;
  let at = 0;
  while (at < length) {
    const byte = bytes[at++];
    if (byte === quoteByte) {
      at = afterString(bytes, at);
      if (at > length) throw malformed(`${what} is not JSON: a string has no end`);
    } else if (byte === undefined || (byte < colon && byte !== comma)) {
      continue;
    } else if (byte === comma) {
      if (++values > maxValues) throw tooMany(what, maxValues);
    } else if (byte === colon) {
      members++;
    } else {
      const bracket = byte | lower;
      if (bracket === openObject) {
        if (++depth > maxDepth) throw tooDeep(what, maxDepth);
        if (++values > maxValues) throw tooMany(what, maxValues);
      } else if (bracket === closeObject) {
        depth--;
      }
    }
  }
  return { members, values };
}

/** The number of values of a document. Throws LIMIT_EXCEEDED past the maximum. */
export function valuesIn(bytes: Uint8Array, what: string, maxValues: number): number {
  return scanJson(bytes, what, { maxDepth: Infinity, maxValues }, wholeDocument).values;
}

/** Returns the position after the closing quote, given the position after the opening one; past the end of the bytes if there is none. */
function afterString(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = bytes[at++];
    if (byte === quoteByte) return at;
    if (byte === backslash) at++;
    else if (byte === undefined) return Infinity;
  }
}

export function tooMany(what: string, maxValues: number): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `${what} has more than ${maxValues} values`);
}

export function tooDeep(what: string, maxDepth: number): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", `${what} is nested deeper than ${maxDepth} levels`);
}
