/** `touchmark sign` beside `cosign sign`, each a process of its own and each time of another image, which nobody has signed. */
import { columns, compareMemory, compareTimes } from "./compare.ts";
import { pushImages, repository } from "./images.ts";
import type { Table } from "./report.ts";
import { withProxy, withSite, type Site } from "./site.ts";
import type { Tool } from "./tools.ts";
import type { Command } from "./command.ts";

const distances = [
  { roundTrip: 20, rounds: 9, wanted: 0.6 },
  { roundTrip: 80, rounds: 5, wanted: 0.6 },
] as const;
const memoryRounds = 5;

export function benchSign(): Promise<Table> {
  return withSite(async (site) => {
    const rows: (readonly string[])[] = [];
    for (const { roundTrip, ...terms } of distances) {
      const upstream = site.registry.url;
      const row = await withProxy({ upstream, roundTrip }, async (proxy) => {
        const commands = await signers(site, proxy.port, terms.rounds + 1); // one to warm up
        return compareTimes({ what: `sign, ${roundTrip} ms`, ...terms, ...commands }, proxy);
      });
      rows.push(row);
    }
    const commands = await signers(site, Number(new URL(site.registry.url).port), memoryRounds);
    rows.push(await compareMemory({ what: "sign, peak memory", rounds: memoryRounds, wanted: 1.2, ...commands }));
    return { columns, rows };
  });
}

/** Both tools, each to be run so many times. */
async function signers({ registry, tools }: Site, port: number, times: number): Promise<Record<"touchmark" | "theirs", () => Command>> {
  const images = (await pushImages(registry.url, 2 * times)).values();
  const signer = (tool: Tool) => (): Command => tool.sign([`127.0.0.1:${port}/${repository}@${images.next().value?.digest}`]);
  return { touchmark: signer(tools.touchmark), theirs: signer(tools.cosign) };
}
