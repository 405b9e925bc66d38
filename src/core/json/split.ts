/**
 * Reads a document strictly except for one member, which stays bytes: `predicate` of a statement, `payload` of an envelope.
 * Of that member's value only the end is located; the rest is read as any document.
 */
import { sliceBytes, type Sliced } from "../async/in-slices.ts";
import { concat, decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import { Fields, parseText, refuseLarger, type JsonLimits } from "./json.ts";
import { parseSliced } from "./parse-sliced.ts";
import { afterValue, afterWhitespace } from "./skip.ts";

export interface SplitLimits extends JsonLimits {
  /** Maximum bytes of the document without the member; `maxBytes` is for both together. */
  readonly maxHeadBytes?: number;
}

export interface SplitDocument {
  /** The document with the member absent. */
  readonly head: Fields;
  /** The member's value, as JSON, a view of the document's memory; absent if the member is. */
  readonly member?: Uint8Array;
}

const quote = 0x22;
const comma = 0x2c;
const colonByte = 0x3a;
const openObject = 0x7b;

/** Splits off the member at `path`, names of members from the top. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function* splitJson(bytes: Uint8Array, what: string, path: readonly string[], limits: SplitLimits): Sliced<SplitDocument> {
  const { maxBytes = 4 * 1024 * 1024, maxHeadBytes = maxBytes } = limits;
  refuseLarger(bytes, what, maxBytes);
  const start = yield* afterWhitespace(bytes, 0);
  const member = bytes[start] === openObject ? yield* findMember(bytes, start, { path, what, maxHeadBytes }) : undefined;
  const rest = member ? concat([bytes.subarray(0, member.start), absent, bytes.subarray(member.end)]) : bytes;
  const head = new Fields(yield* parseSliced(rest, what, { ...limits, maxBytes: maxHeadBytes }), what);
  return { head, ...(member && { member: bytes.subarray(member.start, member.end) }) };
}

/** Bytes between two yields: less than a slice, since small members are slow for their size. */
const yieldBytes = sliceBytes / 4;
const absent = encodeUtf8("null");

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Sought {
  readonly path: readonly string[];
  readonly what: string;
  readonly maxHeadBytes: number;
}

/**
 * Finds the member in the object that starts at `start`. It stops at anything that is invalid in an object: that text is then
 * part of the rest, and refused with it.
 */
function* findMember(bytes: Uint8Array, start: number, sought: Sought): Sliced<Range | undefined> {
  const { path, what, maxHeadBytes } = sought;
  const [name = "", ...names] = path;
  let found: Range | undefined;
  let yielded = start;
  for (let at = yield* nextMember(bytes, start + 1); bytes[at] === quote; at = yield* nextMember(bytes, at)) {
    const keyEnd = yield* afterValue(bytes, at, what);
    const colon = yield* afterWhitespace(bytes, keyEnd);
    if (bytes[colon] !== colonByte) return found;
    const value = yield* afterWhitespace(bytes, colon + 1);
    const end = yield* afterValue(bytes, value, what);
    if (isKey(bytes.subarray(at, keyEnd), name, what)) {
      if (found) throw malformed(`${what} has the key ${JSON.stringify(name)} twice in one object`);
      if (names.length === 0) found = { start: value, end };
      else if (bytes[value] === openObject) found = yield* findMember(bytes, value, { ...sought, path: names });
    }
    at = end;
    if (at - start - (found ? found.end - found.start : 0) > maxHeadBytes) {
      throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has over ${maxHeadBytes} bytes beside ${path.join(".")}`);
    }
    if (at - yielded > yieldBytes) {
      yield;
      yielded = at;
    }
  }
  return found;
}

function* nextMember(bytes: Uint8Array, start: number): Sliced<number> {
  let at = yield* afterWhitespace(bytes, start);
  while (bytes[at] === comma) {
    if (at % sliceBytes === 0) yield;
    at = yield* afterWhitespace(bytes, at + 1);
  }
  return at;
}

/** Bytes of the longest spelling of one character: \u and four digits. */
const longest = 6;

function isKey(quoted: Uint8Array, name: string, what: string): boolean {
  return quoted.length <= longest * name.length + 2 && parseText(decodeUtf8(quoted, what), what) === name;
}
