/** `touchmark sign` without a key beside `cosign sign`: a private sigstore, and an image that nobody has signed each time. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { startPrivateSigstore, type PrivateSigstore } from "../interop/harness/private-sigstore.ts";
import type { Command } from "./command.ts";
import { columns, compareTimes } from "./compare.ts";
import { pushImages, repository } from "./images.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import type { Table } from "./report.ts";
import { withSite, type Site } from "./site.ts";
import type { KeylessServices, Tool } from "./tools.ts";

const distances = [
  { roundTrip: 0, rounds: 25, wanted: 1 },
  { roundTrip: 20, rounds: 25, wanted: 0.7 },
] as const;
/** The log looks for checkpoints at a beat of its own, which runs one after the other would come to keep. */
const pause = (): Promise<void> => setTimeout(1000 * Math.random());
const someone = "someone@example.com";

export function benchKeylessSign(): Promise<Table> {
  return withSite(async (site) => {
    const sigstore = await startPrivateSigstore(join(site.folder, "sigstore"));
    try {
      const rows: (readonly string[])[] = [];
      for (const distance of distances) rows.push(await compareAt(site, sigstore, distance));
      return { columns, rows };
    } finally {
      await sigstore.stop();
    }
  });
}

interface Distance {
  readonly roundTrip: number;
  readonly rounds: number;
  readonly wanted: number;
}

/** The registry and each of the services are as far away. */
async function compareAt(site: Site, sigstore: PrivateSigstore, { roundTrip, ...terms }: Distance): Promise<readonly string[]> {
  const proxies: Proxy[] = [];
  const before = async (upstream: string): Promise<number> => {
    const proxy = await startProxy({ upstream, roundTrip });
    proxies.push(proxy);
    return proxy.port;
  };
  try {
    const port = await before(site.registry.url);
    const services = await moved(sigstore, join(site.folder, `services-${roundTrip}.json`), before);
    const images = (await pushImages(site.registry.url, 2 * (terms.rounds + 1))).values(); // one of each to warm up
    const signer = (tool: Tool) => (): Command =>
      tool.signKeyless(`127.0.0.1:${port}/${repository}@${images.next().value?.digest}`, {
        ...services,
        token: sigstore.identities.token(someone),
      });
    const { touchmark, cosign } = site.tools;
    const commands = { touchmark: signer(touchmark), theirs: signer(cosign) };
    return await compareTimes({ what: `sign without a key, ${roundTrip} ms`, ...terms, ...commands, pause }, together(proxies));
  } finally {
    for (const proxy of proxies) await proxy.stop();
  }
}

/** The services by other ports, in a signing config of their own. */
async function moved(
  { files }: PrivateSigstore,
  signingConfig: string,
  before: (upstream: string) => Promise<number>,
): Promise<Omit<KeylessServices, "token">> {
  let text = await readFile(files.signingConfig, "utf8");
  const config: Record<string, readonly { readonly url: string }[]> = JSON.parse(text);
  for (const { url } of ["caUrls", "rekorTlogUrls", "tsaUrls"].flatMap((name) => config[name] ?? [])) {
    const { origin } = new URL(url);
    text = text.replaceAll(origin, `http://127.0.0.1:${await before(origin)}`);
  }
  await writeFile(signingConfig, text);
  return { trustedRoot: files.trustedRoot, signingConfig };
}

function together(proxies: readonly Proxy[]): Pick<Proxy, "traffic"> {
  return {
    async traffic() {
      const all = await Promise.all(proxies.map((proxy) => proxy.traffic()));
      const sum = (name: "requests" | "connections") => all.reduce((total, one) => total + one[name], 0);
      return { requests: sum("requests"), connections: sum("connections") };
    },
  };
}
