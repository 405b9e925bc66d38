/** Lost-update check: detects concurrent writes where the storage has no conditional write. */
import { pause } from "./pause.ts";

export interface Overwriting<T> {
  /** Reads the current value just before the write, at no extra delay. What it reads beyond the known value was overwritten. */
  readonly look: () => Promise<unknown>;
  readonly write: () => Promise<T>;
  readonly signal: AbortSignal;
}

/**
 * Reads, writes, and waits until others who read before this write have written, so that a read afterwards sees their result.
 * Their write takes about as much longer than a read as this one did; once the write is answered, one round trip of that time has passed.
 */
export async function writeAndSettle<T>({ look, write, signal }: Overwriting<T>): Promise<T> {
  const [{ ms: looked }, { ms: wrote, result }] = await Promise.all([timed(look), timed(write)]);
  await pause(Math.max(0, leeway * (wrote - looked) - looked), signal);
  return result;
}

/** Factor by which two processes that share a processor may differ. */
const leeway = 3;

async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const begun = performance.now();
  const result = await work();
  return { ms: performance.now() - begun, result };
}
