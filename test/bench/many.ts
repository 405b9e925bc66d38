/** Many images in one call beside cosign called for one after the other, and many signatures on one image. Single runs, all 20 ms away. */
import type { Digest } from "../../src/core/digest.ts";
import { openKeyFile } from "../../src/signers/file/key-file.ts";
import { runMeasured, runWithin, type Command, type Measured } from "./command.ts";
import { duration, mebibytes } from "./compare.ts";
import { pushImages, repository } from "./images.ts";
import type { Proxy, Traffic } from "./proxy.ts";
import type { Table } from "./report.ts";
import { pushSignatures } from "./signatures.ts";
import { withProxy, withSite, type Site } from "./site.ts";

const roundTrip = 20;

interface Call {
  readonly images: number;
  /** The most that is wanted of the ratio. */
  readonly wanted?: number;
  /** cosign is not called for as many. */
  readonly alone?: true;
}

const calls: readonly Call[] = [{ images: 1 }, { images: 100, wanted: 0.1 }, { images: 1000, alone: true }];
const signatureCounts = [1, 10, 100, 1000] as const;
/** Seconds that cosign may take over one image. */
const patience = 60;

export function benchManyImages(): Promise<Table> {
  const columns = [
    "20 ms away",
    "Touchmark, one call",
    "cosign, a loop",
    "ratio",
    "wanted",
    "peak memory",
    "cosign's",
    "requests",
    "cosign's",
  ];
  return atDistance(async (site, proxy) => {
    await manyImages(site, proxy, { images: 1 }); // warms up
    const rows: (readonly string[])[] = [];
    for (const call of calls) rows.push(...(await manyImages(site, proxy, call)));
    return { columns, rows };
  });
}

/** Signs images that nobody has signed, other ones for each tool, and verifies those that Touchmark signed. */
async function manyImages({ registry, tools }: Site, proxy: Proxy, call: Call): Promise<readonly (readonly string[])[]> {
  const [signed, others] = [await pushImages(registry.url, call.images), await pushImages(registry.url, call.images)];
  const [ours, theirs] = [signed, others].map((images) => images.map(({ digest }) => reference(proxy, digest)));
  const named = call.images === 1 ? "1 image" : `${call.images} images`;
  return [
    await row(`sign ${named}`, call, proxy, [tools.touchmark.sign(ours ?? []), tools.cosign.sign(theirs ?? [])]),
    await row(`verify ${named}`, call, proxy, [tools.touchmark.verify(ours ?? []), tools.cosign.verify(ours ?? [])]),
  ];
}

type Run = Measured & Traffic;

async function row(what: string, { wanted, alone }: Call, proxy: Proxy, commands: readonly [Command, Command]): Promise<readonly string[]> {
  const measure = async (command: Command): Promise<Run> => ({ ...(await runMeasured(command)), ...(await proxy.traffic()) });
  const ours = await measure(commands[0]);
  const theirs = alone ? undefined : await measure(commands[1]);
  return [
    what,
    duration(ours.seconds),
    theirs ? duration(theirs.seconds) : "not run",
    theirs ? (ours.seconds / theirs.seconds).toFixed(2) : "",
    wanted === undefined ? "" : `at most ${wanted}`,
    mebibytes(ours.peakMemory),
    theirs ? mebibytes(theirs.peakMemory) : "",
    String(ours.requests),
    theirs ? String(theirs.requests) : "",
  ];
}

/** Its time is undefined if it was ended. */
type Attempt = Traffic & { readonly seconds: number | undefined };

export function benchManySignatures(): Promise<Table> {
  return atDistance(async (site, proxy) => {
    await manySignatures(site, proxy, 1); // warms up
    const rows: (readonly string[])[] = [];
    for (const count of signatureCounts) rows.push(await manySignatures(site, proxy, count));
    return { columns: ["verify, 20 ms away", "Touchmark", "cosign", "ratio", "requests", "cosign's"], rows };
  });
}

async function manySignatures({ registry, tools }: Site, proxy: Proxy, count: number): Promise<readonly string[]> {
  const signer = openKeyFile({ reference: tools.privateKey, password: async () => "", env: {} });
  const images = await pushImages(registry.url, 1);
  for (const image of images) await pushSignatures(registry.url, image, signer, count);
  const references = images.map(({ digest }) => reference(proxy, digest));
  const measure = async (command: Command): Promise<Attempt> => {
    const seconds = await runWithin(command, patience);
    return { seconds, ...(await proxy.traffic()) };
  };
  const ours = await measure(tools.touchmark.verify(references));
  const theirs = await measure(tools.cosign.verify(references));
  const named = count === 1 ? "1 signature" : `${count} signatures`;
  const ratio = ours.seconds !== undefined && theirs.seconds !== undefined ? (ours.seconds / theirs.seconds).toFixed(2) : "";
  return [named, orTooLong(ours.seconds), orTooLong(theirs.seconds), ratio, requestsOf(ours), requestsOf(theirs)];
}

function requestsOf({ seconds, requests }: Attempt): string {
  return seconds === undefined ? "" : String(requests);
}

function orTooLong(seconds: number | undefined): string {
  return seconds === undefined ? `over ${patience} s` : duration(seconds);
}

function atDistance<T>(work: (site: Site, proxy: Proxy) => Promise<T>): Promise<T> {
  return withSite((site) => withProxy({ upstream: site.registry.url, roundTrip }, (proxy) => work(site, proxy)));
}

function reference(proxy: Proxy, digest: Digest): string {
  return `127.0.0.1:${proxy.port}/${repository}@${digest}`;
}
