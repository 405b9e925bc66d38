/** `touchmark verify` beside `cosign verify`, each a process of its own, of images that cosign signed. */
import { readFile } from "node:fs/promises";
import { makeAuthority } from "../interop/harness/certificates.ts";
import { run } from "./command.ts";
import { columns, compareMemory, compareTimes, type Contest } from "./compare.ts";
import { pushImages, repository } from "./images.ts";
import type { Table } from "./report.ts";
import { withProxy, withSite, type Site } from "./site.ts";

const distances = [
  { roundTrip: 0, rounds: 15, wanted: 1.5 },
  { roundTrip: 20, rounds: 9, wanted: 0.5 },
  { roundTrip: 80, rounds: 5, wanted: 0.4 },
] as const;
const many = 13;

/** Digests of images, by the number of signatures they have. */
interface Images {
  readonly one: string;
  readonly many: string;
}

export function benchVerify(): Promise<Table> {
  return withSite(async (site) => {
    const images = await signedImages(site);
    const rows: (readonly string[])[] = [];
    for (const { roundTrip, ...terms } of distances) {
      const what = `verify, ${roundTrip} ms, 1 signature`;
      rows.push(await compareAt(site, roundTrip, images.one, { what, ...terms }));
    }
    rows.push(await compareAt(site, 80, images.many, { what: `verify, 80 ms, ${many} signatures`, rounds: 5, wanted: 0.12 }));
    rows.push(await overTls(site, images.one, { what: "verify, 20 ms, 1 signature, TLS and token", rounds: 9 }));
    rows.push(await memory(site, images.one));
    return { columns, rows };
  });
}

async function signedImages({ registry, tools }: Site): Promise<Images> {
  const [one = "", other = ""] = (await pushImages(registry.url, 2)).map(({ digest }) => digest);
  const { host } = new URL(registry.url);
  await run(tools.cosign.sign([`${host}/${repository}@${one}`]));
  for (let i = 0; i < many; i++) await run(tools.cosign.sign([`${host}/${repository}@${other}`]));
  return { one, many: other };
}

type Terms = Pick<Contest, "what" | "rounds" | "wanted">;

function compareAt({ registry, tools }: Site, roundTrip: number, digest: string, terms: Terms): Promise<readonly string[]> {
  return withProxy({ upstream: registry.url, roundTrip }, (proxy) => {
    const references = [`127.0.0.1:${proxy.port}/${repository}@${digest}`];
    const commands = { touchmark: () => tools.touchmark.verify(references), theirs: () => tools.cosign.verify(references) };
    return compareTimes({ ...terms, ...commands }, proxy);
  });
}

async function overTls({ folder, registry, tools }: Site, digest: string, terms: Terms): Promise<readonly string[]> {
  const authority = await makeAuthority(folder);
  const pair = await authority.server("localhost");
  const tls = { certificate: await readFile(pair.certificate, "utf8"), key: await readFile(pair.key, "utf8") };
  return withProxy({ upstream: registry.url, roundTrip: 20, tls }, (proxy) => {
    const references = [`localhost:${proxy.port}/${repository}@${digest}`];
    const flags = ["--registry-cacert", authority.certificate];
    const commands = { touchmark: () => tools.touchmark.verify(references, flags), theirs: () => tools.cosign.verify(references, flags) };
    return compareTimes({ ...terms, ...commands }, proxy);
  });
}

function memory({ registry, tools }: Site, digest: string): Promise<readonly string[]> {
  const references = [`${new URL(registry.url).host}/${repository}@${digest}`];
  const commands = { touchmark: () => tools.touchmark.verify(references), theirs: () => tools.cosign.verify(references) };
  return compareMemory({ what: "verify, 1 signature, peak memory", rounds: 5, wanted: 1.2, ...commands });
}
