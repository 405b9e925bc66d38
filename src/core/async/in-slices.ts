/** Work on many bytes, cut into slices: the same code runs synchronously for few bytes, and yields to the event loop for many. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { throwIfAborted } from "./interruption.ts";

/** Work that yields after each slice of a few milliseconds at most, and returns its result. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Bytes that are processed between two yields. */
export const sliceBytes: number = 128 * 1024;

/** Runs the work to its end without a pause; for input that is known to be small. */
export function atOnce<T>(work: Sliced<T>): T {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

/** Runs each slice in its own turn of the event loop; throws the signal's abort reason as a TouchmarkError. */
export async function inSlices<T>(work: Sliced<T>, signal?: AbortSignal): Promise<T> {
  if (signal) throwIfAborted(signal);
  let step = work.next();
  while (step.done !== true) {
    await nextTurn();
    if (signal) throwIfAborted(signal);
    step = work.next();
  }
  return step.value;
}

/** Yields the bytes of the parts in slices. */
export function* slicesOf(parts: readonly Uint8Array[], take: (slice: Uint8Array) => unknown): Sliced<void> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += sliceBytes) {
      if (at > 0) yield;
      take(part.subarray(at, at + sliceBytes));
    }
  }
}
