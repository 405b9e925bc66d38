/** Clients that keep no images: they copy from a registry into an OCI layout folder and back. */
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { peerPath } from "../peers/peer.ts";
import { runWell } from "../harness/run.ts";
import type { Client } from "./client.ts";

interface Copier {
  /** Writes the image into the folder, which is there and empty. */
  readonly load: (image: string, folder: string) => Promise<unknown>;
  /** Pushes what lies in the folder, and gives back what was said. */
  readonly store: (folder: string, image: string) => Promise<string>;
}

export const skopeo: Client = copier("skopeo", ["skopeo"], {
  load: (image, folder) => runWell("skopeo", ["copy", "--src-tls-verify=false", `docker://${image}`, `oci:${folder}:1`]),
  store: async (folder, image) => {
    const file = join(folder, "digest");
    const options = ["--preserve-digests", "--dest-tls-verify=false", "--digestfile", file];
    await runWell("skopeo", ["copy", ...options, `oci:${folder}:1`, `docker://${image}`]);
    return readFile(file, "utf8");
  },
});

export const crane: Client = copier("crane", [], {
  load: (image, folder) => runWell(peerPath("crane"), ["pull", "--format", "oci", image, folder]),
  store: (folder, image) => runWell(peerPath("crane"), ["push", folder, image]),
});

export const regctl: Client = copier("regctl", [], {
  load: (image, folder) => regctlRun(image, "image", "copy", image, `ocidir://${folder}:1`),
  store: async (folder, image) => {
    await regctlRun(image, "image", "copy", `ocidir://${folder}:1`, image);
    return regctlRun(image, "image", "digest", image);
  },
});

function regctlRun(image: string, ...args: readonly string[]): Promise<string> {
  const [host] = image.split("/");
  return runWell(peerPath("regctl"), ["--host", `reg=${host},tls=disabled`, ...args]);
}

function copier(name: string, commands: Client["commands"], { load, store }: Copier): Client {
  return {
    name,
    commands,
    async start(folder) {
      const newFolder = (): Promise<string> => mkdtemp(join(folder, "layout-"));
      return {
        async copy(from, to) {
          const layout = await newFolder();
          await load(from, layout);
          return lastDigest(await store(layout, to));
        },
        async pull(image) {
          const layout = await newFolder();
          await load(image, layout);
          return configurationIn(layout);
        },
        stop: async () => undefined,
      };
    },
  };
}

/** The last digest in a text. */
export function lastDigest(text: string): string {
  const digest = text.match(/sha256:[0-9a-f]{64}/g)?.at(-1);
  if (digest === undefined) throw new Error(`no digest in ${JSON.stringify(text)}`);
  return digest;
}

/** The digest of the configuration of the only image of a layout folder. */
async function configurationIn(layout: string): Promise<string> {
  const { manifests } = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
  const manifest = await readFile(join(layout, "blobs", manifests[0].digest.replace(":", "/")), "utf8");
  return JSON.parse(manifest).config.digest;
}
