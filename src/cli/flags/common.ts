/** Flags that most commands share. */
import { flag, type Flag, type FlagsOf, type Pairs } from "./flag.ts";
import type { Duration } from "./duration.ts";

export type OutputFormat = "text" | "json";

export interface OutputArgs {
  readonly output: OutputFormat;
}

export interface TimeoutArgs {
  readonly timeout: Duration;
}

export const outputFlags: FlagsOf<OutputArgs> = {
  output: flag.choice(["text", "json"], { short: "o", default: "text", summary: "How to print the result (text)" }),
};

export const timeoutFlags: FlagsOf<TimeoutArgs> = { timeout: timeoutFlag("Time for everything, as 90s or 3m (3m)") };

/** `--timeout DURATION`; a bare number is seconds. */
export function timeoutFlag(summary: string): Flag<Duration> {
  return flag.duration({ value: "DURATION", default: "3m", bare: "s", summary });
}

/** `-a KEY=VALUE`. */
export function annotationsFlag(summary: string): Flag<Pairs> {
  return flag.pairs({ short: "a", value: "KEY=VALUE", what: "an annotation", summary });
}

/** `-r`. */
export function recursiveFlag(summary: string): Flag<boolean> {
  return flag.boolean({ short: "r", summary });
}
