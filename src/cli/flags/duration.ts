/** A duration as Go writes it, and in days: `90s`, `3m`, `1h30m`, `90d`. */
import { usageError } from "../usage-error.ts";

export interface Duration {
  /** The duration as written. */
  readonly text: string;
  readonly milliseconds: number;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `what` names it in messages. Throws USAGE. */
export function parseDuration(text: string, what: string): Duration {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?(?:ms|s|m|h|d))+$/.test(text))
    throw usageError(`${what} is a duration, written as 90s, 3m or 1h30m; found ${JSON.stringify(text)}`);
  const parts = text.matchAll(/([\d.]+)(ms|s|m|h|d)/g);
  return { text, milliseconds: [...parts].reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? 0), 0) };
}
