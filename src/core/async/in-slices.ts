/** Work on many bytes, cut into slices, so that one source runs at once for few bytes and gives way to the event loop for many. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { throwIfAborted } from "./interruption.ts";

/** Work that yields after each slice of a few milliseconds at most, and returns its result. */
export type Sliced<T> = Generator<undefined, T, undefined>;

/** Bytes that work looks at between two yields. */
export const sliceBytes: number = 128 * 1024;

/** Runs the work to its end without a pause; for input that is known to be small. */
export function atOnce<T>(work: Sliced<T>): T {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

/** Runs the work a slice at a time, each in its own turn of the event loop; throws what the signal was aborted with. */
export async function inSlices<T>(work: Sliced<T>, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  let step = work.next();
  while (step.done !== true) {
    await nextTurn();
    throwIfAborted(signal);
    step = work.next();
  }
  return step.value;
}

/** Hands on the bytes of the parts in slices. */
export function* slicesOf(parts: readonly Uint8Array[], take: (slice: Uint8Array) => unknown): Sliced<void> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += sliceBytes) {
      if (at > 0) yield;
      take(part.subarray(at, at + sliceBytes));
    }
  }
}
