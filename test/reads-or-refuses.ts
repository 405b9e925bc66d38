/** What every reader of strangers' bytes owes, for property tests: an answer or a refusal, and nothing worse. */
import assert from "node:assert/strict";
import { TouchmarkError, type Code } from "../src/core/errors.ts";

/** A refusal has one of these codes; where none is given, any but that of a fault of ours. */
export function readsOrRefuses(read: () => unknown, ...codes: readonly Code[]): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof TouchmarkError)) throw error;
    assert.ok(codes.length === 0 ? error.code !== "INTERNAL" : codes.includes(error.code), error.code);
  }
}
