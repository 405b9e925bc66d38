/** The time limit of a command. */
import { TouchmarkError } from "../core/errors.ts";
import type { TimeoutArgs } from "./flags/common.ts";
import type { Io } from "./io.ts";

export interface Deadline extends Disposable {
  /** Aborted by an interruption, with TIMEOUT at the deadline, and at the end of the command for operations that are no longer needed. */
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
      timeout.abort(new TouchmarkError("INTERRUPTED", "the caller has gone"));
    },
  };
}
