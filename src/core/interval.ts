/** The interval in which a result stays valid. */
import type { Instant } from "./instant.ts";

/** Both ends included. */
export interface Interval {
  readonly from: Instant;
  readonly until: Instant;
}

const always: Interval = { from: -8.64e15, until: 8.64e15 }; // the range of a JavaScript date

/**
 * The interval around `at` that none of the given times divides: a result computed at `at`, which can change only at
 * one of these times, is valid in it.
 */
export function intervalAround(at: Instant, moments: readonly (Instant | undefined)[]): Interval {
  let { from, until } = always;
  for (const moment of moments) {
    if (moment === undefined) continue;
    if (moment <= at) from = Math.max(from, moment);
    else until = Math.min(until, moment - 1);
  }
  return { from, until };
}

/** The intersection of two intervals that both contain the same instant. */
export function intersect(a: Interval, b: Interval): Interval {
  return { from: Math.max(a.from, b.from), until: Math.min(a.until, b.until) };
}

export function isWithinInterval({ from, until }: Interval, at: Instant): boolean {
  return from <= at && at <= until;
}
