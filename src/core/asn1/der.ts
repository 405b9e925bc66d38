/**
 * DER (X.690, section 10), the one encoding of an ASN.1 value:
 *
 *     TAG (one byte: class, constructed bit, number below 31), LENGTH (definite, shortest form), content
 *
 * The reader is strict, reads the whole value, and is bounded in size, depth and count. `der-values.ts` reads primitive
 * values. The order of a SET OF is not checked.
 */
import { count } from "../count.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import { coreLimits } from "../limits.ts";

export interface Der {
  /** The identifier octet. */
  readonly tag: number;
  /** The whole value: tag, length and content. Like `content`, a view of the parsed bytes. */
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
  /** The members of a constructed value; empty for a primitive one. */
  readonly children: readonly Der[];
}

export interface DerLimits {
  /** Bytes. */
  readonly maxBytes?: number;
  /** Levels of nested constructed values. */
  readonly maxDepth?: number;
  /** Number of values at all levels. */
  readonly maxValues?: number;
}

/** Identifier octets of the universal class. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

const constructedBit = 0x20;
const contextClass = 0x80;
const numberBits = 0x1f;

/** The tag `[n]` of the context-specific class: constructed for explicit tags and structures, primitive for implicitly tagged simple values. */
export function contextTag(number: number, form: "constructed" | "primitive" = "constructed"): number {
  return contextClass | (form === "constructed" ? constructedBit : 0) | number;
}

/** Reads one value with nothing after it; `what` names it in messages. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseDer(bytes: Uint8Array, what: string, limits: DerLimits = {}): Der {
  const { maxBytes = coreLimits.derBytes, maxDepth = coreLimits.derDepth, maxValues = coreLimits.derValues } = limits;
  if (bytes.length > maxBytes) throw exceeded(`${what} has ${bytes.length} bytes, over the limit of ${maxBytes}`);
  let values = 0;

  function read(start: number, end: number, depth: number): Der {
    if (++values > maxValues) throw exceeded(`${what} has more than ${maxValues} values`);
    const { tag, contentStart, contentEnd } = readHeader(bytes, start, end, what);
    return {
      tag,
      raw: bytes.subarray(start, contentEnd),
      content: bytes.subarray(contentStart, contentEnd),
      children: (tag & constructedBit) === 0 ? [] : readAll(contentStart, contentEnd, depth + 1),
    };
  }

  function readAll(start: number, end: number, depth: number): readonly Der[] {
    if (depth > maxDepth) throw exceeded(`${what} is nested deeper than ${maxDepth} levels`);
    const found: Der[] = [];
    for (let at = start; at < end;) {
      const value = read(at, end, depth);
      found.push(value);
      at += value.raw.length;
    }
    return found;
  }

  const value = read(0, bytes.length, 0);
  if (value.raw.length < bytes.length) throw malformed(`${what} has ${count(bytes.length - value.raw.length, "byte")} after its end`);
  return value;
}

/** The position of one value. */
export interface DerHeader {
  readonly tag: number;
  readonly contentStart: number;
  readonly contentEnd: number;
}

/**
 * Reads one value and its direct members, without parsing these (their `children` are empty): for values too large to hold
 * as a tree. Throws MALFORMED, or LIMIT_EXCEEDED past 16 members.
 */
export function openDer(bytes: Uint8Array, what: string): Der {
  const { tag, contentStart, contentEnd } = readHeader(bytes, 0, bytes.length, what);
  if (contentEnd < bytes.length) throw malformed(`${what} has ${count(bytes.length - contentEnd, "byte")} after its end`);
  const children: Der[] = [];
  const end = (tag & constructedBit) === 0 ? contentStart : contentEnd;
  for (let at = contentStart; at < end;) {
    if (children.length === coreLimits.derMembers) throw exceeded(`${what} has more than ${coreLimits.derMembers} values`);
    const inner = readHeader(bytes, at, contentEnd, what);
    const content = bytes.subarray(inner.contentStart, inner.contentEnd);
    children.push({ tag: inner.tag, raw: bytes.subarray(at, inner.contentEnd), content, children: [] });
    at = inner.contentEnd;
  }
  return { tag, raw: bytes, content: bytes.subarray(contentStart, contentEnd), children };
}

/** Reads the header of the value that begins at `start` and ends at or before `end`. Throws MALFORMED. */
export function readHeader(bytes: Uint8Array, start: number, end: number, what: string): DerHeader {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (tag === undefined || first === undefined || start + 2 > end) throw notDer(what, "it is cut off");
  if (tag === 0 || (tag & numberBits) === numberBits) throw notDer(what, `the tag ${hexByte(tag)} is not one that is used`);
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80) throw notDer(what, "a length is indefinite");
  if (lengthBytes > 4) throw notDer(what, "it is cut off");
  const contentStart = start + 2 + lengthBytes;
  if (contentStart > end) throw notDer(what, "it is cut off");
  let length = lengthBytes === 0 ? first : 0;
  for (let at = start + 2; at < contentStart; at++) length = length * 256 + (bytes[at] ?? 0);
  if (lengthBytes > 0 && length < (lengthBytes === 1 ? 0x80 : 256 ** (lengthBytes - 1))) {
    throw notDer(what, "a length is not in its shortest form");
  }
  if (length > end - contentStart) throw notDer(what, "it is cut off");
  return { tag, contentStart, contentEnd: contentStart + length };
}

/** Encodes a value from the parts of its content; the caller sorts a SET OF. */
export function encodeDer(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  const header = length < 0x80 ? [tag, length] : [tag, 0x80 + bytes.length, ...bytes];
  return Buffer.concat([Uint8Array.from(header), ...parts]);
}

/** Reads the members of a constructed value in the order of its ASN.1 type; a member that does not match throws MALFORMED with its name. */
export class Members {
  readonly at: string;
  readonly #values: readonly Der[];
  #next = 0;

  constructor(value: Der, tag: number, at: string) {
    this.at = at;
    this.#values = inside(value, tag, at);
  }

  /** Takes the next member, which must have the tag if one is given. */
  take(name: string, tag?: number): Der {
    const value = this.#values[this.#next];
    if (value === undefined) throw malformed(`${this.at} has no ${name}`);
    if (tag !== undefined) expectTag(value, tag, `${this.at}.${name}`);
    this.#next++;
    return value;
  }

  /** Takes the next member if it has this tag. */
  optional(tag: number): Der | undefined {
    const value = this.#values[this.#next];
    if (value?.tag !== tag) return undefined;
    this.#next++;
    return value;
  }

  /** Throws MALFORMED if a member is left. */
  end(): void {
    const left = this.#values.length - this.#next;
    if (left > 0) throw malformed(`${this.at} has ${count(left, "more value")} than expected`);
  }
}

/** Opens a SEQUENCE, SET or other constructed value that must have this tag. */
export function inside(value: Der, tag: number, what: string): readonly Der[] {
  expectTag(value, tag, what);
  return value.children;
}

/** Throws MALFORMED for any other tag. */
export function expectTag(value: Der, tag: number, what: string): void {
  if (value.tag !== tag) throw malformed(`${what} has the tag ${hexByte(value.tag)}, expected ${hexByte(tag)}`);
}

function hexByte(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}

function notDer(what: string, why: string): TouchmarkError {
  return malformed(`${what} is not DER: ${why}`);
}

function exceeded(message: string): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", message);
}
