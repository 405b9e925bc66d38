/**
 * A value that is refreshed in the background: callers get the current value, and wait only for the first load. A refresh
 * that fails keeps the last good value.
 */
import type { Instant } from "../instant.ts";
import { memoise } from "./memoise.ts";
import type { Joinable } from "./single-flight.ts";

export interface HeldOptions {
  /** Age in milliseconds after which the next access starts a refresh. */
  readonly refreshAfter: number;
  readonly clock: () => Instant;
  /** Called with the error of a failed refresh; the last value stays. */
  readonly onFailure?: (failure: unknown) => void;
}

/** Holds the result of `load`. The first callers wait for `load` and receive its error; a failure is not kept. */
export function held<T>(load: (signal: AbortSignal) => Promise<T>, { refreshAfter, clock, onFailure }: HeldOptions): Joinable<T> {
  let current: { readonly value: T; readonly at: Instant } | undefined;
  let refreshing: Promise<void> | undefined;
  const store = async (signal: AbortSignal): Promise<T> => {
    const value = await load(signal);
    current = { value, at: clock() };
    return value;
  };
  const first = memoise(store);
  const refresh = async (): Promise<void> => {
    try {
      await store(new AbortController().signal);
    } catch (failure) {
      if (current) current = { value: current.value, at: clock() };
      onFailure?.(failure);
    } finally {
      refreshing = undefined;
    }
  };
  return async (signal) => {
    if (!current) return first(signal);
    if (clock() >= current.at + refreshAfter) refreshing ??= refresh();
    return current.value;
  };
}
