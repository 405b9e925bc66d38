/**
 * CBOR (RFC 8949), the subset that COSE needs:
 *
 *     HEAD (3 bits kind, 5 bits and up to 8 bytes argument), then content: integers, byte and text strings, arrays,
 *     maps whose keys are integers or text, tags, false, true, null
 *
 * The reader is strict, reads the whole value, and is bounded in size, depth and count: it accepts only definite lengths
 * and shortest heads, and refuses repeated keys, floats and integers beyond 2^53. It accepts keys in any order; the
 * writer uses core deterministic encoding (section 4.2.1).
 */
import { count } from "../count.ts";
import { concat, decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import { coreLimits } from "../limits.ts";

export type Cbor = number | string | boolean | null | Uint8Array | readonly Cbor[] | CborMap | Tagged;
export type CborKey = number | string;
export type CborMap = ReadonlyMap<CborKey, Cbor>;

/** A tagged value (section 3.4). */
export class Tagged {
  readonly tag: number;
  readonly value: Cbor;

  constructor(tag: number, value: Cbor) {
    this.tag = tag;
    this.value = value;
  }
}

export interface CborLimits {
  /** Bytes. */
  readonly maxBytes?: number;
  /** Levels of nested arrays, maps and tags. */
  readonly maxDepth?: number;
  /** Number of values at all levels, keys included. */
  readonly maxValues?: number;
}

const kinds = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;
const simpleValues: ReadonlyMap<number, Cbor> = new Map<number, Cbor>([
  [20, false],
  [21, true],
  [22, null],
]);
/** The smallest argument for each number of bytes after the head. */
const least: Readonly<Record<number, number>> = { 0: 0, 1: 24, 2: 0x100, 4: 0x1_0000, 8: 0x1_0000_0000 };

/** Reads one value with nothing after it; `what` names it in messages. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseCbor(bytes: Uint8Array, what: string, limits: CborLimits = {}): Cbor {
  const { maxBytes = coreLimits.cborBytes, maxDepth = coreLimits.cborDepth, maxValues = coreLimits.cborValues } = limits;
  if (bytes.length > maxBytes) throw exceeded(`${what} has ${bytes.length} bytes, over the limit of ${maxBytes}`);
  let at = 0;
  let values = 0;

  function take(length: number): Uint8Array {
    if (length > bytes.length - at) throw notCbor(what, "it is cut off");
    at += length;
    return bytes.subarray(at - length, at);
  }

  function head(): { readonly kind: number; readonly argument: number } {
    const [first = 0] = take(1);
    const low = first & 0x1f;
    if (low > 27) throw notCbor(what, "a length is indefinite or reserved");
    const extra = low < 24 ? 0 : 1 << (low - 24);
    let argument = extra === 0 ? low : 0;
    for (const byte of take(extra)) argument = argument * 256 + byte;
    if (first >> 5 === kinds.simple && extra > 0) throw notCbor(what, "it has a number that is not whole, or a value that is not used");
    if (extra > 0 && argument < (least[extra] ?? 0)) throw notCbor(what, "a head is not in its shortest form");
    if (!Number.isSafeInteger(argument)) throw notCbor(what, "a number is beyond 2^53");
    return { kind: first >> 5, argument };
  }

  function read(depth: number): Cbor {
    if (++values > maxValues) throw exceeded(`${what} has more than ${maxValues} values`);
    if (depth > maxDepth) throw exceeded(`${what} is nested deeper than ${maxDepth} levels`);
    const { kind, argument } = head();
    switch (kind) {
      case kinds.unsigned:
        return argument;
      case kinds.negative:
        if (argument === Number.MAX_SAFE_INTEGER) throw notCbor(what, "a number is beyond 2^53");
        return -1 - argument;
      case kinds.bytes:
        return take(argument);
      case kinds.text:
        return decodeUtf8(take(argument), `a text of ${what}`);
      case kinds.array:
        return readArray(argument, depth + 1);
      case kinds.map:
        return readMap(argument, depth + 1);
      case kinds.tag:
        return new Tagged(argument, read(depth + 1));
      default: {
        const value = simpleValues.get(argument);
        if (value === undefined) throw notCbor(what, `it has the simple value ${argument}, which is not used`);
        return value;
      }
    }
  }

  function readArray(length: number, depth: number): readonly Cbor[] {
    const items: Cbor[] = [];
    while (items.length < length) items.push(read(depth));
    return items;
  }

  function readMap(length: number, depth: number): CborMap {
    const map = new Map<CborKey, Cbor>();
    for (let i = 0; i < length; i++) {
      const key = read(depth);
      if (typeof key !== "number" && typeof key !== "string") throw notCbor(what, "a key is neither an integer nor text");
      if (map.has(key)) throw malformed(`${what} has the key ${JSON.stringify(key).slice(0, 100)} twice in one map`);
      map.set(key, read(depth));
    }
    return map;
  }

  const value = read(0);
  if (at < bytes.length) throw malformed(`${what} has ${count(bytes.length - at, "byte")} after its end`);
  return value;
}

/** Encodes a value in core deterministic encoding. Numbers are safe integers. */
export function encodeCbor(value: Cbor): Uint8Array {
  if (typeof value === "number") return value < 0 ? encodeHead(kinds.negative, -1 - value) : encodeHead(kinds.unsigned, value);
  if (typeof value === "string") {
    const text = encodeUtf8(value);
    return concat([encodeHead(kinds.text, text.length), text]);
  }
  if (value instanceof Uint8Array) return concat([encodeHead(kinds.bytes, value.length), value]);
  if (value instanceof Tagged) return concat([encodeHead(kinds.tag, value.tag), encodeCbor(value.value)]);
  if (isCborMap(value)) {
    const entries = [...value].map(([key, item]) => ({ key: encodeCbor(key), item: encodeCbor(item) }));
    const sorted = entries.toSorted((a, b) => Buffer.compare(a.key, b.key));
    return concat([encodeHead(kinds.map, sorted.length), ...sorted.flatMap(({ key, item }) => [key, item])]);
  }
  if (isCborArray(value)) return concat([encodeHead(kinds.array, value.length), ...value.map(encodeCbor)]);
  return Uint8Array.of((kinds.simple << 5) | (value === null ? 22 : value ? 21 : 20));
}

export function isCborMap(value: Cbor | undefined): value is CborMap {
  return value instanceof Map;
}

export function isCborArray(value: Cbor | undefined): value is readonly Cbor[] {
  return Array.isArray(value);
}

function encodeHead(kind: number, argument: number): Uint8Array {
  if (!Number.isSafeInteger(argument) || argument < 0) throw new RangeError(`${argument} cannot be written as CBOR`);
  if (argument < 24) return Uint8Array.of((kind << 5) | argument);
  const power = argument < 0x100 ? 0 : argument < 0x1_0000 ? 1 : argument < 0x1_0000_0000 ? 2 : 3;
  const bytes = Buffer.alloc(1 + 2 ** power);
  bytes[0] = (kind << 5) | (24 + power);
  if (power === 3) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUIntBE(argument, 1, 2 ** power);
  return bytes;
}

function notCbor(what: string, why: string): TouchmarkError {
  return malformed(`${what} is not CBOR as it is accepted here: ${why}`);
}

function exceeded(message: string): TouchmarkError {
  return new TouchmarkError("LIMIT_EXCEEDED", message);
}
