/** What an aborted signal means to whoever waited. */
import { TouchmarkError } from "../errors.ts";

/** The signal's own reason where it is one of ours; else TIMEOUT for `AbortSignal.timeout`, INTERRUPTED for all others. */
export function interruption(signal: AbortSignal): TouchmarkError {
  const reason: unknown = signal.reason;
  if (reason instanceof TouchmarkError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return new TouchmarkError("TIMEOUT", "the time allowed ran out", { cause: reason });
  }
  return new TouchmarkError("INTERRUPTED", "interrupted", { cause: reason });
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw interruption(signal);
}
