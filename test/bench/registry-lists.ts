/** What does not grow with what is there: pushing a tag beside many, and listing many referrers page by page. */
import { mapBounded } from "../../src/core/async/map-bounded.ts";
import { digestOf } from "../../src/core/digest.ts";
import { emptyConfig, mediaTypes, descriptorToJson } from "../../src/core/oci/manifest.ts";
import { benchClient, type BenchClient } from "./client.ts";
import { median, secondsOf } from "./measure.ts";
import type { Table } from "./report.ts";
import { startTouchmark, type MeasuredServer } from "./server.ts";

const many = 10_000;
const few = 10;
/** Pushes of which one round is made. */
const pushes = 100;
const rounds = 5;

export async function benchLists(): Promise<Table> {
  const server = await startTouchmark();
  const client = benchClient(server.url, 32);
  try {
    await client.pushBlob({ parts: [Buffer.from(emptyConfig.bytes), Buffer.alloc(0)], ...emptyConfig.descriptor });
    const rows = [...(await tagRows(client)), await referrersRow(client, server)];
    return { columns: ["Touchmark alone", "time"], rows };
  } finally {
    client.close();
    await server.stop();
  }
}

async function tagRows(client: BenchClient): Promise<readonly string[][]> {
  let tags = 0;
  const push = (): Promise<void> => client.putManifest(`t${tags}`, mediaTypes.ociManifest, manifest({ number: String(tags++) }));
  const fillTo = (count: number): Promise<unknown> => mapBounded(Array.from({ length: count - tags }), 32, push);
  const measure = async (): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < rounds; i++) times.push(await secondsOf(() => mapBounded(Array.from({ length: pushes }), 1, push)));
    return median(times) / pushes;
  };
  await fillTo(few);
  const beside = { few: await measure(), many: await fillTo(many).then(measure) };
  return [
    [`push a manifest under a new tag, beside ${few} tags and more`, milliseconds(beside.few)],
    [`the same beside ${many} tags, ${(beside.many / beside.few).toFixed(2)} times as long`, milliseconds(beside.many)],
  ];
}

async function referrersRow(client: BenchClient, server: MeasuredServer): Promise<string[]> {
  const bytes = manifest({ subject: "this one" });
  const subject = { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), size: bytes.length };
  await mapBounded(Array.from({ length: many }), 32, async () => {
    const referrer = manifest({ number: String(Math.random()) }, subject);
    await client.putManifest(digestOf(referrer), mediaTypes.ociManifest, referrer);
  });
  let pages = 0;
  const seconds = await secondsOf(async () => {
    for (let path: string | undefined = `/v2/bench/app/referrers/${subject.digest}`; path !== undefined; pages++) {
      ({ next: path } = await client.page(path));
    }
  });
  const peak = Math.round((await server.peakMemory()) / 2 ** 20);
  return [`list ${many} referrers in ${pages} pages; the server's peak memory until then ${peak} MiB`, milliseconds(seconds)];
}

function manifest(annotations: Readonly<Record<string, string>>, subject?: object): Buffer {
  const config = descriptorToJson(emptyConfig.descriptor);
  const content = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [config], annotations, subject };
  return Buffer.from(JSON.stringify(content));
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`;
}
