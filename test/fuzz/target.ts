/** A parser to fuzz: what it is called with, what it may throw, and where mutation begins. */
import type { Code } from "../../src/core/errors.ts";

/** What inputs are made of, which decides how they are mutated beside plain bytes. */
export type Shape = "bytes" | "text" | "der" | "json" | "pem";

export interface FuzzTarget {
  readonly name: string;
  readonly shape: Shape;
  /**
   * Reads one input. Returns, or throws a TouchmarkError with one of `codes`; where the format has an encoder, it also
   * asserts that what is encoded again reads as the same.
   */
  readonly read: (input: Uint8Array) => unknown;
  readonly codes: readonly Code[];
  /** At least one of them is read without an error. */
  readonly seeds: () => readonly Uint8Array[];
  /** Words of the format, which mutation inserts. */
  readonly words?: readonly string[];
}

/** What a parser of bytes may throw, unless it documents another code. */
export const usualCodes: readonly Code[] = ["MALFORMED", "LIMIT_EXCEEDED", "UNSUPPORTED"];
