/** Where the two tools meet: one registry without the referrers API, a folder, and distances. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProxy, type Proxy, type ProxyOptions } from "./proxy.ts";
import { startDistribution, type MeasuredServer } from "./server.ts";
import { makeTools, type Tools } from "./tools.ts";

export interface Site {
  readonly folder: string;
  readonly registry: MeasuredServer;
  readonly tools: Tools;
}

/** All of it is gone when the work is done. */
export async function withSite<T>(work: (site: Site) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-bench-"));
  try {
    const registry = await startDistribution();
    try {
      return await work({ folder, registry, tools: await makeTools(folder) });
    } finally {
      await registry.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Puts the registry so many milliseconds away, there and back. */
export async function withProxy<T>(options: ProxyOptions, work: (proxy: Proxy) => Promise<T>): Promise<T> {
  const proxy = await startProxy(options);
  try {
    return await work(proxy);
  } finally {
    await proxy.stop();
  }
}
