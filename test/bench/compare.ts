/** Touchmark beside another tool: both run in turns, and what that gives as a row. */
import { run, runMeasured, type Command } from "./command.ts";
import { median } from "./measure.ts";
import type { Proxy, Traffic } from "./proxy.ts";

export interface Contest {
  readonly what: string;
  readonly rounds: number;
  /** The most that is wanted of the ratio. */
  readonly wanted?: number;
  /** Asked before each run. */
  readonly touchmark: () => Command;
  readonly theirs: () => Command;
  /** Waited for before each run. */
  readonly pause?: () => Promise<void>;
}

export const columns: readonly string[] = columnsBeside("cosign");

export function columnsBeside(tool: string): readonly string[] {
  return ["", "Touchmark", tool, "ratio", "wanted", "requests", `${tool}'s`, "connections", `${tool}'s`];
}

interface Run extends Traffic {
  readonly seconds: number;
}

/** Ours, theirs, ours, theirs, after one run of each that is not counted. */
export async function compareTimes(
  { what, rounds, wanted, pause, ...commands }: Contest,
  proxy: Pick<Proxy, "traffic">,
): Promise<readonly string[]> {
  const measure = async (command: () => Command): Promise<Run> => {
    await pause?.();
    const seconds = await run(command());
    return { seconds, ...(await proxy.traffic()) };
  };
  const runs: { readonly ours: Run; readonly theirs: Run }[] = [];
  for (let i = -1; i < rounds; i++) {
    const round = { ours: await measure(commands.touchmark), theirs: await measure(commands.theirs) };
    if (i >= 0) runs.push(round);
  }
  const [ours, theirs] = [runs.map((round) => round.ours), runs.map((round) => round.theirs)];
  const [our, their] = [median(ours.map((one) => one.seconds)), median(theirs.map((one) => one.seconds))];
  const counts = (["requests", "connections"] as const).flatMap((name) => [
    String(median(ours.map((one) => one[name]))),
    String(median(theirs.map((one) => one[name]))),
  ]);
  return [what, duration(our), duration(their), (our / their).toFixed(2), atMost(wanted), ...counts];
}

/** The most that one process holds, in runs of their own: whoever measures it would be in the way of the time. */
export async function compareMemory({ what, rounds, wanted, ...commands }: Contest): Promise<readonly string[]> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    ours.push((await runMeasured(commands.touchmark())).peakMemory);
    theirs.push((await runMeasured(commands.theirs())).peakMemory);
  }
  const [our, their] = [median(ours), median(theirs)];
  return [what, mebibytes(our), mebibytes(their), (our / their).toFixed(2), atMost(wanted), "", "", "", ""];
}

export function duration(seconds: number): string {
  return seconds < 10 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function atMost(ratio: number | undefined): string {
  return ratio === undefined ? "" : `at most ${ratio}`;
}
