/**
 * A value that is refreshed in the background: callers get the current value, and wait only for the first load. A refresh
 * that fails keeps the last good value.
 */
import { TouchmarkError } from "../errors.ts";
import type { Instant } from "../instant.ts";
import { Memo } from "./memoise.ts";
import type { Joinable } from "./single-flight.ts";

export interface HeldOptions {
  /** Age in milliseconds after which the next access starts a refresh; one that takes as long is given up. */
  readonly refreshAfter: number;
  readonly clock: () => Instant;
  /** Called with the error of a failed refresh; the last value stays. */
  readonly onFailure?: (failure: unknown) => void;
  /** Whether this error of a refresh ends the last value too: the next callers wait for another load, and receive its error. */
  readonly endsValue?: (failure: unknown) => boolean;
}

interface Refresh {
  readonly since: Instant;
  readonly controller: AbortController;
}

/** Holds the result of `load`. The first callers wait for `load` and receive its error; a failure is not kept. */
export function held<T>(
  load: (signal: AbortSignal) => Promise<T>,
  { refreshAfter, clock, onFailure, endsValue = () => false }: HeldOptions,
): Joinable<T> {
  let current: { readonly value: T; readonly at: Instant } | undefined;
  let running: Refresh | undefined;
  const opening = new Memo<undefined, T>(1, { until: () => -Infinity, clock });
  const open = async (signal: AbortSignal): Promise<T> => {
    const value = await load(signal);
    current = { value, at: clock() };
    return value;
  };
  const refresh = async (mine: Refresh): Promise<void> => {
    try {
      const value = await load(mine.controller.signal);
      if (running === mine) current = { value, at: clock() };
    } catch (failure) {
      if (running !== mine) return;
      current = current && !endsValue(failure) ? { value: current.value, at: clock() } : undefined;
      onFailure?.(failure);
    } finally {
      if (running === mine) running = undefined;
    }
  };
  const start = (): void => {
    if (running) {
      const slow = new TouchmarkError("TIMEOUT", "the refresh took too long");
      running.controller.abort(slow);
      onFailure?.(slow);
    }
    running = { since: clock(), controller: new AbortController() };
    void refresh(running);
  };
  return async (signal) => {
    if (!current) return (opening.held(undefined) ?? opening.renew(undefined, undefined, open))(signal);
    const { value, at } = current;
    if (clock() >= Math.max(at, running?.since ?? at) + refreshAfter) start();
    return value;
  };
}
