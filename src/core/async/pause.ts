import { setTimeout as after } from "node:timers/promises";
import { interruption } from "./interruption.ts";

/** Waits this many milliseconds; throws the signal's abort reason as a TouchmarkError. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await after(ms, undefined, { signal });
  } catch {
    throw interruption(signal);
  }
}
