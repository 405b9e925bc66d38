/** What an aborted signal means to whoever waited. */
import { interruptionBy, TouchmarkError } from "../errors.ts";

/** The signal's own reason where it is one of ours; else TIMEOUT for `AbortSignal.timeout`, INTERRUPTED for all others. */
export function interruption(signal: AbortSignal): TouchmarkError {
  const reason: unknown = signal.reason;
  return interruptionBy(reason) ?? new TouchmarkError("INTERRUPTED", "interrupted", { cause: reason });
}

/** In place of the method of signals, which throws whatever the signal was aborted with, a DOMException for one. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interruption(signal);
}
