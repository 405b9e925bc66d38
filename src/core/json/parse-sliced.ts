/**
 * Parses a document of any size in slices. Members of an array or object that fit into a slice are parsed together, as a
 * document of their own between the brackets; a member that does not fit is opened, and its members are parsed in the same
 * way. JSON.parse does all of the parsing, and the result equals JSON.parse of the whole document.
 */
import { sliceBytes, type Sliced } from "../async/in-slices.ts";
import { concat } from "../bytes.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import { coreLimits } from "../limits.ts";
import { parseJson, parseScanned, refuseLarger, type Json, type JsonLimits } from "./json.ts";
import { repeatedKey } from "./repeated-key.ts";
import { findRun } from "./run.ts";
import { tooDeep, tooMany, type ScanBounds } from "./scan.ts";
import { afterValue, afterWhitespace } from "./skip.ts";
import { stringPieces } from "./string-pieces.ts";

/** Reads one document as `parseJson` does, with the same messages. */
export function* parseSliced(bytes: Uint8Array, what: string, limits: JsonLimits = {}): Sliced<Json> {
  if (bytes.length <= sliceBytes) return parseJson(bytes, what, limits);
  const { maxBytes = coreLimits.jsonBytes, maxDepth = coreLimits.jsonDepth, maxValues = coreLimits.jsonValues } = limits;
  refuseLarger(bytes, what, maxBytes);
  return yield* new SlicedParser(bytes, what, { maxDepth, maxValues }).document();
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;

class SlicedParser {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  readonly #bounds: ScanBounds;
  #at = 0;
  #values = 1;

  constructor(bytes: Uint8Array, what: string, bounds: ScanBounds) {
    this.#bytes = bytes;
    this.#what = what;
    this.#bounds = bounds;
  }

  *document(): Sliced<Json> {
    const value = yield* this.#value(0);
    yield* this.#whitespace();
    if (this.#at < this.#bytes.length) throw this.#notJson();
    return value;
  }

  *#value(depth: number): Sliced<Json> {
    yield* this.#whitespace();
    switch (this.#bytes[this.#at]) {
      case openObject:
        return yield* this.#container(new ObjectBuilder(this.#what), depth);
      case openArray:
        return yield* this.#container(new ArrayBuilder(), depth);
      case quote:
        return yield* this.#string();
      case undefined:
      default:
        return parseJson(yield* this.#token("number"), this.#what, { maxBytes: sliceBytes });
    }
  }

  *#container(builder: Builder, depth: number): Sliced<Json> {
    if (depth === this.#bounds.maxDepth) throw tooDeep(this.#what, this.#bounds.maxDepth);
    this.#count();
    this.#at++;
    for (let isFirst = true; ; isFirst = false) {
      yield;
      const run = findRun(this.#bytes, this.#at, this.#at + sliceBytes);
      if (run) {
        const members = this.#run(run.end, builder, depth);
        if (members === 0 && !(isFirst && run.isLast)) throw this.#notJson();
      } else {
        const key = builder.hasKeys ? yield* this.#key() : "";
        builder.add(key, yield* this.#value(depth + 1));
        yield* this.#whitespace();
      }
      const end = this.#bytes[this.#at++];
      if (end === builder.close) return builder.value;
      if (end !== comma) throw this.#notJson();
      this.#count();
    }
  }

  /** Reads the members up to `end`; returns their number. */
  #run(end: number, builder: Builder, depth: number): number {
    const part = concat([Uint8Array.of(builder.open), this.#bytes.subarray(this.#at, end), Uint8Array.of(builder.close)]);
    // The brackets count as values again.
    const { value, values } = parseScanned(part, this.#what, this.#bounds, { depth, values: this.#values - 1 });
    this.#values = values;
    this.#at = end;
    return builder.addAll(value);
  }

  *#key(): Sliced<string> {
    yield* this.#whitespace();
    if (this.#bytes[this.#at] !== quote) throw this.#notJson();
    const key = parseJson(yield* this.#token("key"), this.#what, { maxBytes: sliceBytes });
    yield* this.#whitespace();
    if (this.#bytes[this.#at++] !== colon) throw this.#notJson();
    if (typeof key !== "string") throw this.#notJson();
    return key;
  }

  /** Parses a key, number or literal, none of which is long in practice. */
  *#token(kind: string): Sliced<Uint8Array> {
    const token = yield* this.#take();
    if (token.length <= sliceBytes) return token;
    throw new TouchmarkError("LIMIT_EXCEEDED", `${this.#what} has a ${kind} of ${token.length} bytes, over the limit of ${sliceBytes}`);
  }

  *#string(): Sliced<string> {
    let text = "";
    yield* stringPieces(yield* this.#take(), this.#what, (piece) => {
      text += piece;
    });
    return text;
  }

  *#take(): Sliced<Uint8Array> {
    const start = this.#at;
    this.#at = yield* afterValue(this.#bytes, start, this.#what);
    return this.#bytes.subarray(start, this.#at);
  }

  *#whitespace(): Sliced<void> {
    this.#at = yield* afterWhitespace(this.#bytes, this.#at);
  }

  #count(): void {
    if (++this.#values > this.#bounds.maxValues) throw tooMany(this.#what, this.#bounds.maxValues);
  }

  #notJson(): TouchmarkError {
    return malformed(`${this.#what} is not JSON`);
  }
}

interface Builder {
  readonly open: number;
  readonly close: number;
  readonly hasKeys: boolean;
  readonly value: Json;
  add(key: string, value: Json): void;
  /** Adds the members of an array or object of the same kind; returns their number. */
  addAll(part: Json): number;
}

class ArrayBuilder implements Builder {
  readonly open = openArray;
  readonly close = closeArray;
  readonly hasKeys = false;
  readonly value: Json[] = [];

  add(_key: string, value: Json): void {
    this.value.push(value);
  }

  addAll(part: Json): number {
    if (!Array.isArray(part)) return 0;
    for (const value of part) this.value.push(value);
    return part.length;
  }
}

class ObjectBuilder implements Builder {
  readonly open = openObject;
  readonly close = closeObject;
  readonly hasKeys = true;
  readonly value: Record<string, Json | undefined> = {};
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  add(key: string, value: Json | undefined): void {
    if (Object.hasOwn(this.value, key)) throw repeatedKey(this.#what, key);
    if (key === "__proto__") Object.defineProperty(this.value, key, { value, enumerable: true, configurable: true, writable: true });
    else this.value[key] = value;
  }

  addAll(part: Json): number {
    const members = typeof part === "object" && part !== null ? Object.entries(part) : [];
    for (const [key, value] of members) this.add(key, value);
    return members.length;
  }
}
