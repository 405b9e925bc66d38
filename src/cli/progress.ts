/** Runs several operations at once, and shows `verified 3 of 10` on stderr if that is a terminal. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Io } from "./io.ts";
import { commandLimits } from "./limits.ts";

export async function sideBySide<T, R>(items: readonly T[], verb: string, io: Io, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const shown = items.length > 1 && io.stderr.isTerminal;
  let done = 0;
  const draw = (): void => {
    if (shown) io.stderr.write(`\r${verb} ${done} of ${items.length}`);
  };
  draw();
  try {
    return await mapBounded(items, commandLimits.concurrent, async (item) => {
      const result = await work(item);
      done++;
      draw();
      return result;
    });
  } finally {
    if (shown) io.stderr.write("\r\u001B[K");
  }
}
