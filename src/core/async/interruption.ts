/** Turns the reason of an aborted signal into a TouchmarkError. */
import { interruptionBy, TouchmarkError } from "../errors.ts";

/** The signal's own reason if it is a TouchmarkError; else TIMEOUT for `AbortSignal.timeout`, INTERRUPTED for all others. */
export function interruption(signal: AbortSignal): TouchmarkError {
  const reason: unknown = signal.reason;
  return interruptionBy(reason) ?? new TouchmarkError("INTERRUPTED", "interrupted", { cause: reason });
}

/** Replaces `AbortSignal.throwIfAborted`, which throws the reason itself, for example a DOMException. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interruption(signal);
}
