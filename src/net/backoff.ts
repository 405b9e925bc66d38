/** Delays before a request is retried, in milliseconds. */
import { netLimits } from "./limits.ts";

const firstDelay = 500;

/** Exponential backoff from half a second; its upper half is random, so that clients that failed together do not retry together. */
export function backoff(failures: number, longest: number = netLimits.retryDelay): number {
  const whole = Math.min(firstDelay * 2 ** (failures - 1), longest);
  return whole / 2 + (whole / 2) * Math.random();
}

/** Parses `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. Undefined for anything else. */
export function retryAfter(value: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
