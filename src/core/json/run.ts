/** Finds how many members of an array or object fit into a slice. */
export interface Run {
  /** Position of the comma or bracket that ends the run; not past the start if no member ends in the slice. */
  readonly end: number;
  /** Whether the run ends with the array or object. */
  readonly isLast: boolean;
}

const quote = 0x22;
const commaByte = 0x2c;
const backslash = 0x5c;
const openObject = 0x7b;
const closeObject = 0x7d;
/** The one bit in which `[` differs from `{`, and `]` from `}`. */
const lower = 0x20;

/** Returns the longest run of whole members from `start`, inside an array or object, to `until`; undefined if the first member is longer. */
export function findRun(bytes: Uint8Array, start: number, until: number): Run | undefined {
  const limit = Math.min(until, bytes.length);
  let depth = 0;
  let end = -1;
  let at = start;
  while (at < limit) {
    const byte = bytes[at++];
    if (byte === quote) {
      for (let inside = bytes[at++]; inside !== quote && at <= limit; inside = bytes[at++]) if (inside === backslash) at++;
    } else if (byte === commaByte) {
      if (depth === 0) end = at - 1;
    } else if (byte !== undefined && byte > commaByte) {
      const bracket = byte | lower;
      if (bracket === openObject) depth++;
      else if (bracket === closeObject && --depth < 0) return { end: at - 1, isLast: true };
    }
  }
  return end < 0 ? undefined : { end, isLast: false };
}
