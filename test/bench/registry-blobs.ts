/** Pushing and pulling blobs: the embedded registry beside distribution, in turns, by the same client. */
import { mapBounded } from "../../src/core/async/map-bounded.ts";
import { blobSource, type BenchBlob } from "./blob.ts";
import { benchClient } from "./client.ts";
import { median, secondsOf } from "./measure.ts";
import type { Table } from "./report.ts";
import { startDistribution, startTouchmark, type MeasuredServer } from "./server.ts";

interface Load {
  /** Bytes of a blob. */
  readonly size: number;
  readonly clients: number;
  /** Blobs in one round. */
  readonly blobs: number;
  readonly rounds: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

const loads: readonly Load[] = [
  { size: KiB, clients: 1, blobs: 200, rounds: 5 },
  { size: KiB, clients: 32, blobs: 1600, rounds: 5 },
  { size: MiB, clients: 1, blobs: 48, rounds: 5 },
  { size: MiB, clients: 32, blobs: 192, rounds: 5 },
  { size: 256 * MiB, clients: 1, blobs: 2, rounds: 3 },
  { size: 256 * MiB, clients: 32, blobs: 32, rounds: 3 },
];

/** Seconds that one part of a round took, and how many of the server's processor. */
interface Spent {
  readonly seconds: number;
  readonly processor: number;
}

interface Round {
  readonly push: Spent;
  readonly pull: Spent;
}

export async function benchBlobs(): Promise<Table> {
  const rows: string[][] = [];
  for (const load of loads) rows.push(...(await compare(load)));
  return {
    columns: ["", "Touchmark", "distribution", "ratio", "processor", "distribution's", "ratio", "peak memory", "distribution's"],
    rows,
  };
}

/** A row for pushing and one for pulling. Each load has servers that have done nothing else before. */
async function compare(load: Load): Promise<readonly string[][]> {
  const [ours, theirs] = [await startTouchmark(), await startDistribution()];
  try {
    const nextBlob = blobSource(load.size);
    const rounds: { readonly ours: Round; readonly theirs: Round }[] = [];
    for (let i = -1; i < load.rounds; i++) {
      const blobs = Array.from({ length: load.blobs }, nextBlob);
      // Who goes first takes turns: what one leaves in the memory of system and disk meets the other.
      const early = i % 2 === 0 ? await run(ours, load, blobs) : undefined;
      const round = { theirs: await run(theirs, load, blobs), ours: early ?? (await run(ours, load, blobs)) };
      if (i >= 0) rounds.push(round); // the first one warms up
    }
    const memory = [megabytes(await ours.peakMemory()), megabytes(await theirs.peakMemory())];
    return (["push", "pull"] as const).map((verb) => [
      `${verb} ${sizeName(load.size)}, ${load.clients === 1 ? "1 client" : `${load.clients} clients`}`,
      rate(load, median(rounds.map((round) => round.ours[verb].seconds))),
      rate(load, median(rounds.map((round) => round.theirs[verb].seconds))),
      median(rounds.map((round) => round.theirs[verb].seconds / round.ours[verb].seconds)).toFixed(2),
      processor(load, median(rounds.map((round) => round.ours[verb].processor))),
      processor(load, median(rounds.map((round) => round.theirs[verb].processor))),
      median(rounds.map((round) => round.ours[verb].processor / round.theirs[verb].processor)).toFixed(2),
      ...memory,
    ]);
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}

async function run(server: MeasuredServer, { clients }: Load, blobs: readonly BenchBlob[]): Promise<Round> {
  const client = benchClient(server.url, clients);
  const measure = async (verb: (blob: BenchBlob) => Promise<void>): Promise<Spent> => {
    const before = await server.processorTime();
    const seconds = await secondsOf(() => mapBounded(blobs, clients, verb));
    return { seconds, processor: (await server.processorTime()) - before };
  };
  try {
    return { push: await measure(client.pushBlob), pull: await measure(client.pullBlob) };
  } finally {
    client.close();
  }
}

function rate({ size, blobs }: Load, seconds: number): string {
  return size < MiB ? `${Math.round(blobs / seconds)} blobs/s` : `${Math.round((blobs * size) / MiB / seconds)} MiB/s`;
}

/** Of a small blob by the request, of others by the GiB. */
function processor({ size, blobs }: Load, seconds: number): string {
  return size < MiB ? `${((seconds / blobs) * 1000).toFixed(2)} ms` : `${((seconds / (blobs * size)) * 2 ** 30).toFixed(2)} s/GiB`;
}

function sizeName(bytes: number): string {
  return bytes < MiB ? `${bytes / KiB} KiB` : `${bytes / MiB} MiB`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MiB)} MiB`;
}
