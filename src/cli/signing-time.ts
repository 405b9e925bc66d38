/** The signing time: now, or SOURCE_DATE_EPOCH (seconds) for reproducible output. */
import type { Instant } from "../core/instant.ts";
import type { Io } from "./io.ts";
import { usageError } from "./usage-error.ts";

export function signingTime({ env, now }: Pick<Io, "env" | "now">): Instant {
  const epoch = env["SOURCE_DATE_EPOCH"];
  if (epoch === undefined) return now();
  if (!/^\d{1,11}$/.test(epoch)) throw usageError(`SOURCE_DATE_EPOCH is a number of seconds; found ${JSON.stringify(epoch)}`);
  return Number(epoch) * 1000;
}
