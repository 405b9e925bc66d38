/** One piece of work that several wait for. */
import { interruption, throwIfAborted } from "./interruption.ts";

/** Waits for the result, or until the signal is aborted. */
export type Joinable<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Starts the work at once. It goes on while anybody waits: one who leaves does not end it for the others.
 * `forget` is called, before anybody else can ask, once the work has failed or been left by all: no one should join it any more.
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
      throw error;
    },
  );
  result.catch(() => {}); // whoever waits is told; nobody may be left

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
