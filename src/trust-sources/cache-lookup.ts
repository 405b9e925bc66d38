/** For what only saves work: what goes wrong in our own terms is as if it were not there. */
import { TouchmarkError } from "../core/errors.ts";

export async function cacheLookup<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TouchmarkError) return undefined;
    throw error;
  }
}
