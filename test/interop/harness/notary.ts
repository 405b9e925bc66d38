/** notary 0.7, server and client, as Debian packages it: trust data of Docker Content Trust, made as docker made it. */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KeyPair } from "./certificates.ts";
import { freePorts } from "./listen.ts";
import { runWell } from "./run.ts";
import { startServer, type Environment, type Running } from "./server.ts";

export interface ServerOptions {
  /** Without it, plain HTTP. */
  readonly tls?: KeyPair;
  /** As a registry is told of its token service. */
  readonly token?: Readonly<Record<string, string>>;
}

/** Keeps everything in memory. `said` is its port. */
export async function startNotaryServer(folder: string, { tls, token }: ServerOptions = {}): Promise<Running> {
  const [port] = await freePorts(1);
  const configuration = {
    server: { http_addr: `127.0.0.1:${port}`, ...(tls && { tls_cert_file: tls.certificate, tls_key_file: tls.key }) },
    trust_service: { type: "local", key_algorithm: "ed25519" },
    storage: { backend: "memory" },
    logging: { level: "info" },
    ...(token && { auth: { type: "token", options: token } }),
  };
  const file = join(folder, "notary-server.json");
  await writeFile(file, JSON.stringify(configuration));
  return startServer("notary-server", ["-config", file], /Starting on 127\.0\.0\.1:(\d+)/);
}

export interface ClientOptions {
  /** Where it keeps trust data and keys. */
  readonly trustFolder: string;
  readonly server: string;
  /** Whom the server's certificate is trusted by. */
  readonly authority?: string;
  readonly env?: Environment;
}

const passphrase = "a passphrase of the suite";
const passphrases: Environment = Object.fromEntries(
  ["ROOT", "TARGETS", "SNAPSHOT", "DELEGATION"].map((role) => [`NOTARY_${role}_PASSPHRASE`, passphrase]),
);

/** The notary client of one person. */
export class NotaryClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Makes the repository with a first signed tag. */
  async init(gun: string): Promise<void> {
    await this.#run("init", "-p", gun);
    await this.signTag(gun, "1.0");
  }

  async signTag(gun: string, tag: string, role = "targets"): Promise<void> {
    const sha256 = createHash("sha256").update(tag).digest("hex");
    await this.#run("addhash", "-p", gun, tag, "1", "--sha256", sha256, "-r", role);
  }

  /** Delegates to the key, whose tags are signed then, and leaves the snapshot to the server as docker does. */
  async delegate(gun: string, role: string, { certificate, key }: KeyPair): Promise<void> {
    await this.#run("delegation", "add", "-p", gun, role, certificate, "--all-paths");
    await this.#run("key", "rotate", gun, "snapshot", "-r");
    await this.#run("key", "import", key, "-r", "user", "-g", gun);
    await this.signTag(gun, "2.0", role);
  }

  /** Makes a root of the next version. */
  async rotate(gun: string): Promise<void> {
    await this.#run("key", "rotate", gun, "targets");
  }

  /** Reads and verifies the trust data, which the trust folder then has. */
  async list(gun: string): Promise<string> {
    return this.#run("list", gun);
  }

  #run(...words: readonly string[]): Promise<string> {
    const { trustFolder, server, authority, env } = this.#options;
    const flags = ["-d", trustFolder, "-s", server, ...(authority === undefined ? [] : ["--tlscacert", authority])];
    return runWell("notary", [...flags, ...words], { env: { ...passphrases, ...env } });
  }
}
