/** The notary servers of repositories, as the flags, Docker's variable and its folder of certificates say. */
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import { readSource } from "../../files/read-source.ts";
import type { PlainHttp } from "../../registry/address.ts";
import { createCredentials } from "../../registry/credentials/credentials.ts";
import type { Gun } from "../../registry/sources/notary/gun.ts";
import { NotaryServer } from "../../registry/sources/notary/notary-server.ts";
import { defaultServer, parseServer } from "../../registry/sources/notary/server-url.ts";
import type { RegistryArgs } from "../flags/registry.ts";
import type { Io } from "../io.ts";
import { registryHttp } from "../../setup/http.ts";
import { plainHttpOf } from "../../setup/registries.ts";
import { registrySettings } from "../settings/registry.ts";

const variable = "DOCKER_CONTENT_TRUST_SERVER";
const maxPemBytes = 1024 * 1024;

export interface ServerArgs extends RegistryArgs {
  readonly server: string | undefined;
}

/** Gives the server of a repository; those of one server share its connections and tokens. Throws USAGE, INSECURE_REGISTRY. */
export function notaryServers(args: ServerArgs, io: Io): (gun: Gun) => Promise<NotaryServer> {
  const settings = registrySettings(args);
  const plainHttp = plainHttpOf(settings);
  const one = namedServer(args, plainHttp, io);
  const credentials = createCredentials({ env: io.env, home: io.home });
  const opened = new Map<string, Promise<NotaryServer>>();
  const open = async (base: URL): Promise<NotaryServer> => {
    const docker = await dockerAuthority(base.host, io);
    const http = await registryHttp({ ...settings, authorities: [...(settings.authorities ?? []), ...(docker ? [docker] : [])] }, io);
    return new NotaryServer({ http, credentials, base });
  };
  return (gun) => {
    const base = one ?? defaultServer(gun, plainHttp);
    const server = opened.get(base.origin) ?? open(base);
    opened.set(base.origin, server);
    return server;
  };
}

function namedServer({ server }: ServerArgs, plainHttp: PlainHttp, { env }: Io): URL | undefined {
  if (server !== undefined) return parseServer(server, "--server", plainHttp);
  const value = env[variable];
  return value ? parseServer(value, variable, plainHttp) : undefined;
}

/** What the docker client trusts this server by, `tls/HOST/ca.crt` of its folder; undefined where there is no such file. */
async function dockerAuthority(host: string, io: Io): Promise<Uint8Array | undefined> {
  const { env, signal } = io;
  try {
    return await readSource(join(dockerFolder(io), "tls", host, "ca.crt"), { maxBytes: maxPemBytes, env, signal });
  } catch (error) {
    if (error instanceof TouchmarkError && error.code === "FILE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** The docker client's folder. */
export function dockerFolder({ env, home }: Pick<Io, "env" | "home">): string {
  return env["DOCKER_CONFIG"] || join(home, ".docker");
}
