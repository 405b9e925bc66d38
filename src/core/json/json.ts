/**
 * Strict parser for untrusted JSON (RFC 8259): UTF-8 only, bounded in size and depth, no repeated key in
 * one object. `Fields` then checks the types of members, and names the path of an invalid one.
 */
import { decodeUtf8 } from "../bytes.ts";
import { malformed, TouchmarkError } from "../errors.ts";
import { countMembers, findRepeatedKey, repeatedKey } from "./repeated-key.ts";
import { scanJson, wholeDocument, type ScanBounds, type ScanState } from "./scan.ts";
import { coreLimits } from "../limits.ts";
import type { Json, JsonObject } from "./value.ts";

export type { Json, JsonObject } from "./value.ts";

export interface JsonLimits {
  /** Bytes. */
  readonly maxBytes?: number;
  /** Levels of nested arrays and objects. */
  readonly maxDepth?: number;
  /** Number of values at all levels; an empty array or object counts twice. */
  readonly maxValues?: number;
}

/** Reads one JSON document; `what` names it in messages. Throws MALFORMED, or LIMIT_EXCEEDED past a bound. */
export function parseJson(bytes: Uint8Array, what: string, limits: JsonLimits = {}): Json {
  const { maxBytes = coreLimits.jsonBytes, maxDepth = coreLimits.jsonDepth, maxValues = coreLimits.jsonValues } = limits;
  refuseLarger(bytes, what, maxBytes);
  return parseScanned(bytes, what, { maxDepth, maxValues }, wholeDocument).value;
}

export function refuseLarger({ length }: Uint8Array, what: string, maxBytes: number): void {
  if (length > maxBytes) throw new TouchmarkError("LIMIT_EXCEEDED", `${what} has ${length} bytes, over the limit of ${maxBytes}`);
}

/** Reads a document, or a value of a larger one given by `around`; also returns the number of values so far. */
export function parseScanned(
  bytes: Uint8Array,
  what: string,
  bounds: ScanBounds,
  around: ScanState,
): { readonly value: Json; readonly values: number } {
  const text = decodeUtf8(bytes, what);
  const { members, values } = scanJson(bytes, what, bounds, around);
  const value = parseText(text, what);
  if (countMembers(value) !== members) throw repeatedKey(what, findRepeatedKey(text));
  return { value, values };
}

/** Checks the grammar only. */
export function parseText(text: string, what: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(`${what} is not JSON`); // the engine's message is dropped: it would quote a document that may contain secrets
  }
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads the members of an object by their expected types; anything else throws MALFORMED with its path. */
export class Fields {
  readonly object: JsonObject;
  readonly at: string;

  constructor(value: Json | undefined, at: string) {
    if (!isJsonObject(value)) throw malformed(`${at} is not an object`);
    this.object = value;
    this.at = at;
  }

  /** The member's value; JSON `null` counts as absent. */
  get(name: string): Json | undefined {
    const value = Object.hasOwn(this.object, name) ? this.object[name] : undefined;
    return value === null ? undefined : value;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.#missing(name, "a string");
  }

  optionalString(name: string): string | undefined {
    const value = this.get(name);
    if (value !== undefined && typeof value !== "string") throw malformed(`${this.at}.${name} is not a string`);
    return value;
  }

  /** An integer from 0 to 2^53-1. */
  size(name: string): number {
    const value = this.get(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
      return this.#missing(name, "a whole number that is not negative");
    }
    return value;
  }

  fields(name: string): Fields {
    return new Fields(this.get(name), `${this.at}.${name}`);
  }

  optionalFields(name: string): Fields | undefined {
    return this.has(name) ? this.fields(name) : undefined;
  }

  /** An array of at most `max` members; absent is empty. */
  list(name: string, max: number): readonly Json[] {
    const value = this.get(name) ?? [];
    if (!isJsonArray(value)) throw malformed(`${this.at}.${name} is not an array`);
    if (value.length > max) {
      throw new TouchmarkError("LIMIT_EXCEEDED", `${this.at}.${name} has ${value.length} entries, over the limit of ${max}`);
    }
    return value;
  }

  /** An array of objects, each as Fields. */
  objects(name: string, max: number): readonly Fields[] {
    return this.list(name, max).map((value, i) => new Fields(value, `${this.at}.${name}[${i}]`));
  }

  /** An object whose values are all strings; absent is empty. */
  strings(name: string): Readonly<Record<string, string>> {
    const value = this.get(name) ?? {};
    if (!isJsonObject(value)) throw malformed(`${this.at}.${name} is not an object`);
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        if (typeof member !== "string") throw malformed(`${this.at}.${name}.${key} is not a string`);
        return [key, member];
      }),
    );
  }

  #missing(name: string, kind: string): never {
    throw malformed(`${this.at}.${name} is ${this.has(name) ? "not" : "missing, expected"} ${kind}`);
  }
}

function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
