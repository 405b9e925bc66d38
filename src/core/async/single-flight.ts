/** One run of work that several callers wait for. */
import { interruption, throwIfAborted } from "./interruption.ts";

/** Waits for the result, or until the signal is aborted. */
export type Joinable<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Starts the work at once. It runs while any caller waits: a caller that aborts does not end it for the others.
 * `forget` is called, before another call can join, once the work has failed or all callers have aborted.
 */
export function singleFlight<T>(work: (signal: AbortSignal) => Promise<T>, forget: () => void): Joinable<T> {
  const controller = new AbortController();
  let waiting = 0;
  let running = true;
  const result = work(controller.signal).then(
    (value) => {
      running = false;
      return value;
    },
    (error: unknown) => {
      running = false;
      forget();
      controller.abort(error); // what the work started side by side, and nobody waits for any more
      throw error;
    },
  );
  result.catch(() => {}); // callers receive the error; there may be no callers left

  return async (signal) => {
    throwIfAborted(signal);
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = (): void => {
      waiting--;
      if (waiting === 0 && running) {
        forget();
        controller.abort(interruption(signal));
      }
      reject(interruption(signal));
    };
    signal.addEventListener("abort", leave);
    waiting++;
    try {
      return await Promise.race([result, left]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  };
}
