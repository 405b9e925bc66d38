/** How long to wait before a request is tried again, in milliseconds. */
import { netLimits } from "./limits.ts";

const firstDelay = 500;

/** Doubling from half a second; the upper half of it is random, so that those who failed together do not return together. */
export function backoff(failures: number, longest: number = netLimits.retryDelay): number {
  const whole = Math.min(firstDelay * 2 ** (failures - 1), longest);
  return whole / 2 + (whole / 2) * Math.random();
}

/** `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. Undefined where it is neither. */
export function retryAfter(value: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
