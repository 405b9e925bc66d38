/**
 * Work that is done when it is first asked for, and whose result is kept. The rules are the same wherever something is kept:
 *
 * - Those who ask while it runs share one run, as in `single-flight.ts`: who leaves does not end it for the others, and it ends when
 *   the last one has left.
 * - A failure is told to those who waited for it, and is not kept: the next who asks starts the work again.
 * - A result is kept for good or, with `until`, as long as the clock is before that instant.
 * - By key, at most `maxKeys` results are kept; the one that was begun first is forgotten for another.
 */
import type { Instant } from "../instant.ts";
import { throwIfAborted } from "./interruption.ts";
import { singleFlight, type Joinable } from "./single-flight.ts";

export interface Expiry<T> {
  /** The end of this result. One that is over already is given to those who waited for it, and not kept. */
  readonly until: (result: T) => Instant;
  readonly clock: () => Instant;
}

/** The work's result, for whoever asks. */
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
  return async (key, signal) => {
    throwIfAborted(signal); // or work would begin that nobody waits for
    return (results.held(key) ?? results.renew(key, undefined, (inner) => work(key, inner)))(signal);
  };
}

/** Results by key, for work that only its caller can name, and can find out to be of no more use. */
export class Memo<K, T> {
  readonly #results = new Map<K, { readonly join: Joinable<T>; until?: Instant }>();
  readonly #maxKeys: number;
  readonly #expiry: Partial<Expiry<T>>;

  constructor(maxKeys: number, expiry: Partial<Expiry<T>> = {}) {
    this.#maxKeys = maxKeys;
    this.#expiry = expiry;
  }

  /** What is kept, or under way. */
  held(key: K): Joinable<T> | undefined {
    const entry = this.#results.get(key);
    if (entry?.until === undefined || (this.#expiry.clock?.() ?? -Infinity) < entry.until) return entry?.join;
    this.#results.delete(key);
    return undefined;
  }

  /** Work in place of what is of no more use, undefined standing for nothing. Those who find out the same at the same time share one run. */
  renew(key: K, useless: Joinable<T> | undefined, work: (signal: AbortSignal) => Promise<T>): Joinable<T> {
    const held = this.held(key);
    if (held !== undefined && held !== useless) return held;
    const entry: { readonly join: Joinable<T>; until?: Instant } = {
      join: singleFlight(
        async (signal) => {
          const result = await work(signal);
          const until = this.#expiry.until?.(result);
          if (until !== undefined) entry.until = until;
          return result;
        },
        () => {
          if (this.#results.get(key) === entry) this.#results.delete(key);
        },
      ),
    };
    this.#results.delete(key);
    const oldest = this.#results.keys().next();
    if (this.#results.size >= this.#maxKeys && !oldest.done) this.#results.delete(oldest.value);
    this.#results.set(key, entry);
    return entry.join;
  }
}
