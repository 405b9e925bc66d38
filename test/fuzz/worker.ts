/**
 * Fuzzes one target in a thread of its own, whose heap and stack are bounded. Each input stands in shared memory while it is read, so
 * that whoever started the thread has it if the thread never comes back.
 */
import { parentPort, workerData } from "node:worker_threads";
import { seededRandom } from "../fakes/random.ts";
import { startCoverage } from "./coverage.ts";
import { readInputs } from "./corpus.ts";
import { distill, run } from "./engine.ts";
import { nextExecution, shareInput, type Shared } from "./shared.ts";
import type { FuzzTarget } from "./target.ts";

export interface WorkerRequest {
  readonly target: string;
  readonly seed: number;
  readonly milliseconds: number;
  /** At most so many inputs, which makes a run repeatable. */
  readonly executions: number;
  /** Folders of inputs to begin with. */
  readonly folders: readonly string[];
  /** Whether only those are returned that reach what no other does. */
  readonly distilled: boolean;
  readonly shared: Shared;
}

async function fuzz({ target: name, seed, milliseconds, executions, folders, distilled, shared }: WorkerRequest): Promise<void> {
  const coverage = startCoverage(new URL("../../src/", import.meta.url));
  // Only now, so that its blocks are counted.
  const { targets }: { readonly targets: readonly FuzzTarget[] } = await import("./targets.ts");
  const target = targets.find((one) => one.name === name);
  if (!target) throw new Error(`no target ${name}`);
  const inputs = folders.flatMap(readInputs);
  const start = performance.now();
  const result = await run({
    target,
    random: seededRandom(seed),
    coverage,
    inputs,
    goesOn: (done) => done < executions && performance.now() - start < milliseconds,
    watch: { before: (input) => shareInput(shared, input), after: () => nextExecution(shared) },
  });
  const kept = distilled ? await distill(target, coverage, [...inputs, ...result.kept]) : result.kept;
  parentPort?.postMessage({ ...result, kept });
}

await fuzz(workerData);
