/**
 * Memoised async work: it runs on the first call, and its result is kept. The rules are the same for everything that is memoised:
 *
 * - Callers during a run share it, as in `single-flight.ts`: a caller that aborts does not end it for the others; it ends when
 *   the last one has aborted.
 * - A failure rejects for the waiting callers and is not kept: the next call runs the work again.
 * - A result is kept forever or, with `until`, as long as the clock is before that time, and was not set back.
 * - By key, at most `maxKeys` results are kept; the one that was started first is evicted.
 */
import type { Instant } from "../instant.ts";
import { throwIfAborted } from "./interruption.ts";
import { singleFlight, type Joinable } from "./single-flight.ts";

export interface Expiry<T> {
  /** When this result expires. A result that is already expired is returned to waiting callers, but not kept. */
  readonly until: (result: T) => Instant;
  readonly clock: () => Instant;
}

/** Returns the work's result. */
export function memoise<T>(work: (signal: AbortSignal) => Promise<T>, expiry?: Expiry<T>): Joinable<T> {
  const byKey = memoiseByKey((_: undefined, signal) => work(signal), { maxKeys: 1, ...expiry });
  return (signal) => byKey(undefined, signal);
}

/** The same for each key, as `Map` compares keys. */
export function memoiseByKey<K, T>(
  work: (key: K, signal: AbortSignal) => Promise<T>,
  { maxKeys, ...expiry }: { readonly maxKeys: number } & Partial<Expiry<T>>,
): (key: K, signal: AbortSignal) => Promise<T> {
  const results = new Memo<K, T>(maxKeys, expiry);
  return (key, signal) => results.get(key, (inner) => work(key, inner), signal);
}

interface Entry<T> {
  readonly join: Joinable<T>;
  /** When the result came, and when it expires; absent while the work runs, and without an expiry. */
  kept?: { readonly since: Instant; readonly until: Instant };
}

/** Results by key, where only the caller knows the work. */
export class Memo<K, T> {
  readonly #results = new Map<K, Entry<T>>();
  readonly #maxKeys: number;
  readonly #expiry: Partial<Expiry<T>>;

  constructor(maxKeys: number, expiry: Partial<Expiry<T>> = {}) {
    this.#maxKeys = maxKeys;
    this.#expiry = expiry;
  }

  /** The result that is kept or still running, else that of the work. */
  async get(key: K, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    throwIfAborted(signal); // else work starts that no caller waits for
    return (this.held(key) ?? this.renew(key, undefined, work))(signal);
  }

  /** The result that is kept or still running. A caller who finds out that it is stale calls `renew`. */
  held(key: K): Joinable<T> | undefined {
    const entry = this.#results.get(key);
    if (entry === undefined || !this.#isExpired(entry)) return entry?.join;
    this.#results.delete(key);
    return undefined;
  }

  /** A clock that was set back says nothing about the age of a result. */
  #isExpired({ kept }: Entry<T>): boolean {
    const now = this.#expiry.clock?.();
    return kept !== undefined && now !== undefined && (now < kept.since || now >= kept.until);
  }

  /** Replaces a stale result (undefined: none). Callers that report the same stale result at the same time share one run. */
  renew(key: K, useless: Joinable<T> | undefined, work: (signal: AbortSignal) => Promise<T>): Joinable<T> {
    const held = this.held(key);
    if (held !== undefined && held !== useless) return held;
    const entry: Entry<T> = {
      join: singleFlight(
        async (signal) => {
          const result = await work(signal);
          const { until, clock } = this.#expiry;
          if (until && clock) entry.kept = { since: clock(), until: until(result) };
          if (this.#isExpired(entry)) forget();
          return result;
        },
        () => forget(),
      ),
    };
    const forget = (): void => {
      if (this.#results.get(key) === entry) this.#results.delete(key);
    };
    this.#results.delete(key);
    const oldest = this.#results.keys().next();
    if (this.#results.size >= this.#maxKeys && !oldest.done) this.#results.delete(oldest.value);
    this.#results.set(key, entry);
    return entry.join;
  }
}
