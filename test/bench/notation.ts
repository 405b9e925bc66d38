/** `touchmark` beside `notation` with Notary Project signatures: verified by one trust policy, and made by one key. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { day, makeCompany, writeTrustFolder } from "../fakes/notary.ts";
import { listKeys } from "../interop/harness/notation.ts";
import { peerPath } from "../interop/peers/peer.ts";
import { run, type Command } from "./command.ts";
import { columnsBeside, compareMemory, compareTimes } from "./compare.ts";
import { pushImages, repository } from "./images.ts";
import type { Table } from "./report.ts";
import { withProxy, withSite, type Site } from "./site.ts";

const distances = [
  { roundTrip: 0, rounds: 15 },
  { roundTrip: 20, rounds: 9, wanted: 1 },
  { roundTrip: 80, rounds: 5, wanted: 0.7 },
] as const;
const signing = { roundTrip: 80, rounds: 5, wanted: 0.8 } as const;
const memoryRounds = 5;

const touchmark = join(import.meta.dirname, "../../bin/touchmark.js");

export function benchNotation(): Promise<Table> {
  return withSite(async (site) => {
    const tools = await makeNotaries(site.folder);
    const upstream = site.registry.url;
    const { host } = new URL(upstream);
    const [image] = await pushImages(upstream, 1);
    await run(tools.theirs.sign(`${host}/${repository}@${image?.digest}`));
    const verifiers = (at: string) => {
      const reference = `${at}/${repository}@${image?.digest}`;
      return { touchmark: () => tools.ours.verify(reference), theirs: () => tools.theirs.verify(reference) };
    };
    const rows: (readonly string[])[] = [];
    for (const { roundTrip, ...terms } of distances) {
      const row = await withProxy({ upstream, roundTrip }, (proxy) =>
        compareTimes({ what: `verify, ${roundTrip} ms`, ...terms, ...verifiers(`127.0.0.1:${proxy.port}`) }, proxy),
      );
      rows.push(row);
    }
    const { roundTrip, ...terms } = signing;
    const signed = await withProxy({ upstream, roundTrip }, async (proxy) => {
      const commands = await signers(site, tools, proxy.port, terms.rounds + 1); // one to warm up
      return compareTimes({ what: `sign, ${roundTrip} ms`, ...terms, ...commands }, proxy);
    });
    const memory = await compareMemory({ what: "verify, peak memory", rounds: memoryRounds, ...verifiers(host) });
    return { columns: columnsBeside("notation"), rows: [...rows, signed, memory] };
  });
}

interface Notary {
  readonly verify: (reference: string) => Command;
  readonly sign: (reference: string) => Command;
}

/** Both tools with the same key, chain, trust policy and store, all in the folder. */
async function makeNotaries(folder: string): Promise<Readonly<Record<"ours" | "theirs", Notary>>> {
  const notation = peerPath("notation");
  if (!existsSync(notation)) throw new Error(`${notation} is missing: run npm run peers -- notation`);
  const acme = await makeCompany(folder, "acme", { notBefore: Date.now() - day, notAfter: Date.now() + day });
  const { flags } = await acme.signer("release");
  const config = join(folder, "notation");
  await writeTrustFolder(config, { statements: [{}], stores: { "ca/acme": [acme.root] } });
  await listKeys(config, folder, ["release"]);
  const env = { HOME: join(folder, "home"), NOTATION_CONFIG: config, PATH: process.env["PATH"] ?? "" };
  const ours = (...args: readonly string[]): Command => ({ program: process.execPath, args: [touchmark, ...args], env });
  const theirs = (...args: readonly string[]): Command => ({ program: notation, args, env });
  return {
    ours: {
      verify: (reference) => ours("verify", reference),
      sign: (reference) => ours("sign", "--format", "notation", ...flags, reference),
    },
    theirs: {
      verify: (reference) => theirs("verify", "--insecure-registry", reference),
      sign: (reference) => theirs("sign", "--insecure-registry", "--key", "release", reference),
    },
  };
}

/** Both tools, each to be run so many times, on another image each time. */
async function signers(
  { registry }: Site,
  { ours, theirs }: Readonly<Record<"ours" | "theirs", Notary>>,
  port: number,
  times: number,
): Promise<Record<"touchmark" | "theirs", () => Command>> {
  const images = (await pushImages(registry.url, 2 * times)).values();
  const signer = (notary: Notary) => (): Command => notary.sign(`127.0.0.1:${port}/${repository}@${images.next().value?.digest}`);
  return { touchmark: signer(ours), theirs: signer(theirs) };
}
