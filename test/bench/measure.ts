/** Times, and what is made of them. */
import { spawnSync } from "node:child_process";

/** Seconds that the work takes, begun when the disk is quiet: what one server left unwritten is not paid for by the next. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  spawnSync("sync");
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** The middle one, or what lies between the middle two. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, number) => sum + number, 0) / middle.length;
}
