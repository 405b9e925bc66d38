/**
 * A value that is refreshed in the background: who asks gets what there is, and never waits for a refresh but the first time. A refresh
 * that fails leaves the last good value in place.
 */
import type { Instant } from "../instant.ts";
import { memoise } from "./memoise.ts";
import type { Joinable } from "./single-flight.ts";

export interface HeldOptions {
  /** Milliseconds after which a value is refreshed, when somebody asks. */
  readonly refreshAfter: number;
  readonly clock: () => Instant;
  /** Told of a refresh that failed; the last value stays. */
  readonly onFailure?: (failure: unknown) => void;
}

/** The first who ask wait for `load`, and are told of its failure, which is not kept. */
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
