/** Runs a cache lookup; a TouchmarkError counts as a miss. */
import { TouchmarkError } from "../core/errors.ts";

export async function cacheLookup<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TouchmarkError) return undefined;
    throw error;
  }
}
