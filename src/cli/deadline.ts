/** The time within which a command must be done. */
import { TouchmarkError } from "../core/errors.ts";
import type { TimeoutArgs } from "./flags/common.ts";
import type { Io } from "./io.ts";

export interface Deadline extends Disposable {
  /** Aborted by an interruption, TIMEOUT once the time is up, and at the end, for whatever is under way that was not needed. */
  readonly signal: AbortSignal;
}

export function deadlineOf({ timeout: { text, milliseconds } }: TimeoutArgs, io: Pick<Io, "signal">): Deadline {
  const timeout = new AbortController();
  const reason = new TouchmarkError("TIMEOUT", `not done within ${text}`);
  const timer = setTimeout(() => timeout.abort(reason), Math.min(milliseconds, 0x7fffffff));
  return {
    signal: AbortSignal.any([io.signal, timeout.signal]),
    [Symbol.dispose]() {
      clearTimeout(timer);
      timeout.abort(new TouchmarkError("INTERRUPTED", "nobody waits for this any more"));
    },
  };
}
