/** Docker Engine and containerd: each on a socket and with folders of its own, ended by the suite. */
import { join } from "node:path";
import { runWell } from "../harness/run.ts";
import { startServer } from "../harness/server.ts";
import { commandPath, type DebianCommand } from "../peers/debian.ts";
import type { Client } from "./client.ts";
import { lastDigest } from "./copiers.ts";

export const docker: Client = {
  name: "Docker Engine",
  commands: ["dockerd", "docker"],
  async start(folder) {
    const socket = `unix://${join(folder, "docker.sock")}`;
    const folders = ["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"), "--pidfile", join(folder, "pid")];
    const daemon = await startServer(path("dockerd"), ["-H", socket, ...folders, "--iptables=false", "--bridge=none"], /(API listen) on/);
    const env = { DOCKER_CONFIG: join(folder, "config"), DOCKER_CONTENT_TRUST: "0" };
    const command = (...args: readonly string[]): Promise<string> => runWell(path("docker"), ["-H", socket, ...args], { env });
    return {
      async copy(from, to) {
        await command("pull", from);
        await command("tag", from, to);
        const said = await command("push", to);
        await command("image", "rm", "--force", from, to);
        return lastDigest(said);
      },
      async pull(image) {
        await command("pull", image);
        return (await command("image", "inspect", "--format", "{{.Id}}", image)).trim();
      },
      stop: () => daemon.stop(),
    };
  },
};

export const containerd: Client = {
  name: "containerd",
  commands: ["containerd", "ctr"],
  async start(folder) {
    const socket = join(folder, "containerd.sock");
    const folders = ["--root", join(folder, "root"), "--state", join(folder, "state")];
    const daemon = await startServer(path("containerd"), ["--address", socket, ...folders], /(containerd successfully booted)/);
    const ctr = (...args: readonly string[]): Promise<string> => runWell(path("ctr"), ["--address", socket, ...args]);
    const load = (image: string): Promise<string> => ctr("images", "pull", "--plain-http", "--snapshotter", "native", image);
    return {
      async copy(from, to) {
        await load(from);
        await ctr("images", "tag", from, to);
        await ctr("images", "push", "--plain-http", to);
        const listed = await ctr("images", "ls", `name==${to}`);
        await ctr("images", "rm", "--sync", from, to);
        return lastDigest(listed);
      },
      async pull(image) {
        await load(image);
        return JSON.parse(await ctr("content", "get", lastDigest(image))).config.digest;
      },
      stop: () => daemon.stop(),
    };
  },
};

function path(command: DebianCommand): string {
  return commandPath(command) ?? command;
}
