/** Where a test takes place: a registry of one kind and a folder of keys. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as crane from "./crane.ts";
import { makeKeys } from "./keys.ts";
import * as touchmark from "./touchmark.ts";

export interface Site {
  /** Pushes an image of one empty layer under the tag 1; other `blocks`, other content. Returns NAME@DIGEST. */
  push(repository: string, blocks?: number): Promise<string>;
  /** The prefix of the files of the key of this kind. */
  key(name: string): string;
  close(): Promise<void>;
}

/** The registries: one without the referrers API, and our own, which has it. */
export const siteNames = ["crane", "touchmark"] as const;

export async function openSite(name: (typeof siteNames)[number]): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-interop-"));
  const registry = name === "crane" ? await crane.serveRegistry() : await touchmark.serveRegistry(join(folder, "registry"));
  return {
    push: async (repository, blocks) => crane.pushImage(`127.0.0.1:${registry.said}/${repository}:1`, blocks),
    key: await makeKeys(folder),
    close: async () => {
      await registry.stop();
      await rm(folder, { recursive: true });
    },
  };
}
