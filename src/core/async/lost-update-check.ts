/** Writing where others may write too, and nothing can be written only if nobody else did. */
import { pause } from "./pause.ts";

export interface Overwriting<T> {
  /** Reads what is written over: just ahead of the write, at no cost in time. What it sees beyond what was known was overwritten. */
  readonly look: () => Promise<unknown>;
  readonly write: () => Promise<T>;
  readonly signal: AbortSignal;
}

/**
 * Looks, writes, and waits until others who looked before the write have written, so that whoever reads then sees what they left.
 * A write of theirs takes as much longer than a look as ours did, give or take; a trip of that has passed when ours is answered.
 */
export async function writeAndSettle<T>({ look, write, signal }: Overwriting<T>): Promise<T> {
  const [{ ms: looked }, { ms: wrote, result }] = await Promise.all([timed(look), timed(write)]);
  await pause(Math.max(0, leeway * (wrote - looked) - looked), signal);
  return result;
}

/** Two processes that share a processor are not alike. */
const leeway = 3;

async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const begun = performance.now();
  const result = await work();
  return { ms: performance.now() - begun, result };
}
