/** Finds how many members of an array or object fit into a slice. */
export interface Run {
  /** Position of the comma or bracket that ends it; no greater than where it starts if not even one member ends in the slice. */
  readonly end: number;
  /** Whether it ends with the array or object. */
  readonly isLast: boolean;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** The one bit by which `[` differs from `{`, and `]` from `}`. */
const LOWER = 0x20;

/** The longest run of whole members from `start`, inside an array or object, to `until`; undefined where the first is longer. */
export function findRun(bytes: Uint8Array, start: number, until: number): Run | undefined {
  const limit = Math.min(until, bytes.length);
  let depth = 0;
  let end = -1;
  let at = start;
  while (at < limit) {
    const byte = bytes[at++];
    if (byte === QUOTE) {
      for (let inside = bytes[at++]; inside !== QUOTE && at <= limit; inside = bytes[at++]) if (inside === BACKSLASH) at++;
    } else if (byte === COMMA) {
      if (depth === 0) end = at - 1;
    } else if (byte !== undefined && byte > COMMA) {
      const bracket = byte | LOWER;
      if (bracket === OPEN_OBJECT) depth++;
      else if (bracket === CLOSE_OBJECT && --depth < 0) return { end: at - 1, isLast: true };
    }
  }
  return end < 0 ? undefined : { end, isLast: false };
}
