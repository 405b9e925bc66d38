/** distribution's registry, at the release that Go builds or the one that Debian packages, configured for one test. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DebianCommand } from "../peers/debian.ts";
import { peerPath } from "../peers/peer.ts";
import { startServer, type Running } from "./server.ts";

/** Parts of its configuration file. */
export interface Configuration {
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly tls?: Readonly<Record<string, unknown>>;
}

export interface Release {
  readonly name: string;
  /** The command that Debian packages, of the release that is not built. */
  readonly command?: DebianCommand;
  /** Serves what lies in the folder on loopback; `said` is its port. */
  serve(folder: string, configuration?: Configuration): Promise<Running>;
}

export const releases: readonly Release[] = [
  { name: "distribution 3.1", serve: (...given) => serve(peerPath("distribution"), ...given) },
  { name: "docker-registry 2.8", command: "docker-registry", serve: (...given) => serve("docker-registry", ...given) },
];

async function serve(program: string, folder: string, { auth, tls }: Configuration = {}): Promise<Running> {
  const configuration = {
    version: 0.1,
    log: { level: "info" },
    storage: { filesystem: { rootdirectory: join(folder, "data") }, delete: { enabled: true } },
    http: { addr: "127.0.0.1:0", ...(tls && { tls }) },
    ...(auth && { auth }),
  };
  const file = join(folder, "config.yml");
  await writeFile(file, JSON.stringify(configuration)); // JSON is YAML too
  const ready = /listening on 127\.0\.0\.1:(\d+)/;
  return startServer(program, ["serve", file], ready, { OTEL_TRACES_EXPORTER: "none" });
}
