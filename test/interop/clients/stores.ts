/** podman and buildah, which keep images in a store of their own, without a daemon. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runWell } from "../harness/run.ts";
import type { Client } from "./client.ts";

export const podman: Client = withStore("podman");
export const buildah: Client = withStore("buildah");

function withStore(program: "podman" | "buildah"): Client {
  return {
    name: program,
    commands: [program],
    async start(folder) {
      const store = ["--root", join(folder, "root"), "--runroot", join(folder, "run"), "--storage-driver", "vfs"];
      const run = (...args: readonly string[]): Promise<string> => runWell(program, [...store, ...args]);
      /** The image's id, which is its configuration's digest. */
      const load = async (image: string): Promise<string> => (await run("pull", "--tls-verify=false", image)).trim();
      return {
        async copy(from, to) {
          const digest = join(folder, "digest");
          const id = await load(from);
          await run("push", "--tls-verify=false", "--digestfile", digest, id, `docker://${to}`);
          await run("rmi", "--force", id);
          return readFile(digest, "utf8");
        },
        pull: async (image) => `sha256:${await load(image)}`,
        stop: async () => undefined,
      };
    },
  };
}
