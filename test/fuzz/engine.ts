/**
 * The loop: mutates what is kept, reads it, and keeps what reaches new code, cut to what it needs for that.
 *
 * Coverage is looked at once a batch, for each look takes about as long as reading fifty inputs; only a batch with something new is read
 * again one by one.
 */
import type { Random } from "../fakes/random.ts";
import type { Coverage } from "./coverage.ts";
import { keptBytes } from "./corpus.ts";
import { faultOf, maxInputBytes, type Fault } from "./fault.ts";
import { oneOf } from "./mutate/bytes.ts";
import { mutate } from "./mutate/mutate.ts";
import type { FuzzTarget } from "./target.ts";

export interface Found {
  readonly input: Uint8Array;
  readonly fault: Fault;
}

export interface EngineOptions {
  readonly target: FuzzTarget;
  readonly random: Random;
  readonly coverage: Coverage;
  /** From which mutation begins, beside the target's seeds. */
  readonly inputs: readonly Uint8Array[];
  /** Whether it goes on, asked before each batch. */
  readonly goesOn: (executions: number) => boolean;
  /** Told each input before it is read, and that it was read. */
  readonly watch: { readonly before: (input: Uint8Array) => void; readonly after: () => void };
}

export interface Result {
  readonly executions: number;
  /** What reached new code, in the order of finding. */
  readonly kept: readonly Uint8Array[];
  /** One for each trace. */
  readonly faults: readonly Found[];
}

const batchSize = 64;
const maxFaults = 16;
const maxCuts = 200;
/** What a batch may leave in memory outside of the heap, which the thread's own limit bounds. */
const maxArrayBytes = 512 * 1024 * 1024;

export async function run({ target, random, coverage, inputs, goesOn, watch }: EngineOptions): Promise<Result> {
  const pool = [...target.seeds(), ...inputs].filter(({ length }) => length <= maxInputBytes);
  const kept: Uint8Array[] = [];
  const faults = new Map<string, Found>();
  let executions = 0;

  async function read(input: Uint8Array): Promise<void> {
    executions++;
    watch.before(input);
    const fault = await faultOf(target, input);
    watch.after();
    if (fault) note(input, fault);
  }

  function note(input: Uint8Array, fault: Fault): void {
    const key = signatureOf(fault);
    const known = faults.get(key);
    if (known ? input.length < known.input.length : faults.size < maxFaults) faults.set(key, { input: Uint8Array.from(input), fault });
  }

  async function isNew(input: Uint8Array, keep: boolean): Promise<boolean> {
    await read(input);
    return coverage.look(keep) > 0;
  }

  /** Without the pieces that do not count for what is new about it. */
  async function cut(input: Uint8Array): Promise<Uint8Array> {
    let best = input;
    let tries = 0;
    for (let size = best.length >> 1; size >= 1 && tries < maxCuts; size >>= 1) {
      for (let at = 0; at + size <= best.length && tries < maxCuts; tries++) {
        const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
        if (await isNew(shorter, false)) best = shorter;
        else at += size;
      }
    }
    return best;
  }

  for (const input of pool) await read(input);
  coverage.look(true);
  while (goesOn(executions) && faults.size < maxFaults) {
    const material = { random, words: target.words ?? [] };
    const batch = Array.from({ length: batchSize }, () =>
      mutate(parentIn(pool, random), target.shape, { ...material, other: oneOf(random, pool) }),
    );
    for (const input of batch) await read(input);
    if (process.memoryUsage().arrayBuffers > maxArrayBytes)
      note(batch[0] ?? Buffer.of(), { kind: "memory", detail: "one of 64 inputs took too much memory" });
    if (coverage.look(false) === 0) continue;
    for (const input of batch) {
      if (!(await isNew(input, false))) continue;
      const shorter = input.length > keptBytes.input ? await cut(input) : input;
      await isNew(shorter, true);
      pool.push(shorter);
      kept.push(shorter);
    }
    // What only the first of several runs reaches, such as what is made once, is taken as known.
    for (const input of batch) await read(input);
    coverage.look(true);
  }
  return { executions, kept, faults: [...faults.values()] };
}

/** Half the time one of the newest. */
function parentIn(pool: readonly Uint8Array[], random: Random): Uint8Array {
  return oneOf(random, random.below(2) === 0 ? pool.slice(-32) : pool);
}

/** The kind and the first two places of the trace, without what is in the message. */
function signatureOf({ kind, detail }: Fault): string {
  const places = detail.split("\n").filter((line) => /^ {4}at /.test(line));
  return `${kind} ${places.slice(0, 3).join()}`;
}

/** Of all these, those that reach what no seed and none before them reaches, within the bounds of what is kept. */
export async function distill(target: FuzzTarget, coverage: Coverage, inputs: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  coverage.forget();
  for (const seed of target.seeds()) await faultOf(target, seed);
  coverage.look(true);
  const chosen: Uint8Array[] = [];
  let bytes = 0;
  for (const input of inputs.toSorted((a, b) => a.length - b.length || Buffer.compare(a, b))) {
    if (input.length > keptBytes.input || bytes + input.length > keptBytes.target) continue;
    await faultOf(target, input);
    if (coverage.look(true) === 0) continue;
    chosen.push(input);
    bytes += input.length;
  }
  return chosen;
}
