/** What is wrong when a parser was given an input: it threw what it must not, took too long, or said too much. */
import { TouchmarkError } from "../../src/core/errors.ts";
import type { FuzzTarget } from "./target.ts";

export interface Fault {
  readonly kind: "error" | "slow" | "hang" | "memory";
  /** For people; an error with its trace. */
  readonly detail: string;
}

/** Bytes of an input. */
export const maxInputBytes: number = 64 * 1024;
/** Milliseconds for one input; the best of several tries counts, for machines are busy. */
export const maxMilliseconds = 250;
/** Characters of an error's message, which a stranger's bytes must not fill. */
const maxMessage = 4096;
const tries = 3;

/** Reads the input; undefined if all is well. */
export async function faultOf(target: FuzzTarget, input: Uint8Array, limit: number = maxMilliseconds): Promise<Fault | undefined> {
  let best = Infinity;
  for (let i = 0; i < tries && best > limit; i++) {
    const start = performance.now();
    const detail = await errorOf(target, input);
    if (detail !== undefined) return { kind: "error", detail };
    best = Math.min(best, performance.now() - start);
  }
  return best > limit ? { kind: "slow", detail: `took ${Math.round(best)} ms, over the limit of ${limit}` } : undefined;
}

/** Whether the parser reads the input, instead of refusing it. */
export async function accepts(target: FuzzTarget, input: Uint8Array): Promise<boolean> {
  try {
    await target.read(input);
    return true;
  } catch (error) {
    if (error instanceof TouchmarkError) return false;
    throw error;
  }
}

async function errorOf({ read, codes }: FuzzTarget, input: Uint8Array): Promise<string | undefined> {
  try {
    const result = read(input);
    if (result instanceof Promise) await result;
    return undefined;
  } catch (error) {
    if (!(error instanceof TouchmarkError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (!codes.includes(error.code)) return `the code ${error.code} is not documented: ${error.stack}`;
    if (error.message.length > maxMessage) return `a message of ${error.message.length} characters: ${error.stack?.slice(-1000)}`;
    return undefined;
  }
}
