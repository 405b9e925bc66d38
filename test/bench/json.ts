/** What large documents cost, in time and in pauses of the event loop. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { encodeUtf8, toBase64 } from "../../src/core/bytes.ts";
import { pause as pauseFor } from "../../src/core/async/pause.ts";
import { inSlices } from "../../src/core/async/in-slices.ts";
import { preAuthParts, splitPayload } from "../../src/core/envelopes/dsse.ts";
import { parseJson } from "../../src/core/json/json.ts";
import { readJson } from "../../src/core/json/read-json.ts";
import { hashInSlices } from "../../src/core/keys/hash-in-slices.ts";
import { readPredicate, readStatement, statementType } from "../../src/core/statements/statement.ts";
import { median } from "./measure.ts";
import type { Table } from "./report.ts";

const MiB = 1024 * 1024;
const rounds = 15;

/** Beside JSON.parse, which is less strict, of a bill of materials of 4.4 MB. */
export async function benchJsonParse(): Promise<Table> {
  const bytes = billOfMaterials(4.4e6);
  const text = bytes.toString();
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) {
    theirs.push(await msOf(() => JSON.parse(text)));
    ours.push(await msOf(() => parseJson(bytes, "document", { maxBytes: bytes.length })));
  }
  const ratio = (median(ours) / median(theirs)).toFixed(1);
  return {
    columns: ["4.4 MB of JSON", "time", "beside JSON.parse"],
    rows: [
      ["JSON.parse of a string", ms(median(theirs)), ""],
      ["parseJson of bytes", ms(median(ours)), ratio],
    ],
  };
}

/** A statement of 100 MiB, and one of 200, from the envelope to the predicate. */
export async function benchLargeStatement(): Promise<Table> {
  const { signal } = new AbortController();
  const rows: (readonly string[])[] = [];
  const row = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const { result, took, pause, busy } = await watched(work);
    rows.push([name, ms(took), ms(pause), ms(busy)]);
    return result;
  };
  const bytes = statementAround(billOfMaterials(100 * MiB));
  const envelope = encodeUtf8(`{"payload":"${toBase64(bytes)}","payloadType":"text","signatures":[]}`);
  const limits = { path: ["payload"], maxBytes: envelope.length, maxHeadBytes: MiB };
  await row("the payload of an envelope, 100 MiB", () => inSlices(splitPayload(envelope, "envelope", limits), signal));
  await row("its SHA-256", () => hashInSlices("sha256", preAuthParts("text", bytes), signal));
  const statement = await row("the statement's head", () => readStatement(bytes, signal));
  await row("its predicate, 100 MiB", () => readPredicate(statement, {}, signal));
  await row("the same by JSON.parse", async () => JSON.parse(Buffer.from(statement.predicate ?? []).toString()));
  const twice = Buffer.concat([Buffer.from('{"a":'), billOfMaterials(200e6), Buffer.from(',"b":{"c":1,"c":2}}')]);
  const large = statementAround(twice);
  await row("a head, the predicate of 200 MB not asked for", () => readStatement(large, signal));
  await row("a predicate of 200 MB, refused for a key at its end", () =>
    readJson(twice, "predicate", { maxBytes: twice.length }, signal).catch(() => undefined),
  );
  return { columns: ["a statement", "time", "longest pause", "most processor time in one"], rows };
}

function statementAround(predicate: Uint8Array): Uint8Array {
  const head = `{"_type":"${statementType}","subject":[{"digest":{"sha256":"00"}}],"predicateType":"text","predicate":`;
  return Buffer.concat([Buffer.from(head), predicate, Buffer.from("}")]);
}

/** As SPDX writes packages, again and again. */
function billOfMaterials(bytes: number): Buffer {
  const parts: string[] = [];
  for (let length = 0, i = 0; length < bytes; i++) {
    const part = JSON.stringify({
      SPDXID: `SPDXRef-Package-${i}`,
      name: `package-${i}`,
      versionInfo: `1.${i}.0`,
      downloadLocation: `https://registry.example/package-${i}/-/package-${i}-1.${i}.0.tgz`,
      filesAnalyzed: false,
      licenseConcluded: "NOASSERTION",
      externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: `pkg:npm/package-${i}@1.${i}.0` }],
      checksums: [{ algorithm: "SHA256", checksumValue: i.toString(16).padStart(64, "0") }],
    });
    length += part.length + 1;
    parts.push(part);
  }
  return Buffer.from(`{"spdxVersion":"SPDX-2.3","packages":[${parts.join(",")}]}`);
}

async function msOf(work: () => unknown): Promise<number> {
  await nextTurn();
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

interface Watched<T> {
  readonly result: T;
  readonly took: number;
  /** The longest time for which the event loop did nothing else. */
  readonly pause: number;
  /** The most processor time that this thread spent between two turns: without what other programs took of the machine. */
  readonly busy: number;
}

async function watched<T>(work: () => Promise<T>): Promise<Watched<T>> {
  await pauseFor(200, new AbortController().signal); // for what was made before to be collected
  const begun = performance.now();
  let [last, lastProcessor, pause, busy, running] = [begun, processorMs(), 0, 0, true];
  const watch = (): void => {
    const [now, processor] = [performance.now(), processorMs()];
    pause = Math.max(pause, now - last);
    busy = Math.max(busy, processor - lastProcessor);
    [last, lastProcessor] = [now, processor];
    if (running) setImmediate(watch);
  };
  setImmediate(watch);
  const result = await work();
  const took = performance.now() - begun;
  await nextTurn();
  running = false;
  return { result, took, pause, busy };
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function ms(time: number): string {
  return `${time.toFixed(time < 100 ? 1 : 0)} ms`;
}
