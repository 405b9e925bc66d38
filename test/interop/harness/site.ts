/** Where a test takes place: a registry of one kind and a folder of keys. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missing } from "../peers/debian.ts";
import * as crane from "./crane.ts";
import { releases } from "./distribution.ts";
import { makeKeys } from "./keys.ts";
import type { Running } from "./server.ts";
import * as touchmark from "./touchmark.ts";

export interface Registry {
  readonly name: string;
  /** Why it cannot be run here. */
  readonly missing: string | false;
  /** Serves what lies in the folder on loopback; what it says is its port. */
  serve(folder: string): Promise<Running>;
}

export interface Site {
  /** Pushes an image of one empty layer under the tag 1; other `blocks`, other content. Returns NAME@DIGEST. */
  push(repository: string, blocks?: number): Promise<string>;
  /** The prefix of the files of the key of this kind. */
  key(name: string): string;
  close(): Promise<void>;
}

export const craneRegistry: Registry = { name: "crane", missing: false, serve: () => crane.serveRegistry() };

export const embeddedRegistry: Registry = {
  name: "Touchmark",
  missing: false,
  serve: (folder) => touchmark.serveRegistry(join(folder, "registry")),
};

/** The registries that signatures are exchanged in: those that others wrote, in the end our own. */
export const registries: readonly Registry[] = [
  craneRegistry,
  ...releases.map((release) => ({
    name: release.name,
    missing: release.command !== undefined && missing(release.command),
    serve: (folder: string) => release.serve(folder),
  })),
  embeddedRegistry,
];

export async function openSite(registry: Registry): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-interop-"));
  const server = await registry.serve(folder);
  return {
    push: async (repository, blocks) => crane.pushImage(`127.0.0.1:${server.said}/${repository}:1`, blocks),
    key: await makeKeys(folder),
    close: async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
