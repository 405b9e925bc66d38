/** The notary servers of repositories: the one of a setting or of Docker's variable, else each registry's own. */
import { join } from "node:path";
import { TouchmarkError } from "../core/errors.ts";
import { readSource } from "../files/read-source.ts";
import type { UserFolders } from "../files/user-folders.ts";
import type { PlainHttp } from "../registry/address.ts";
import type { Gun } from "../registry/sources/notary/gun.ts";
import { NotaryServer } from "../registry/sources/notary/notary-server.ts";
import { defaultServer, parseServer } from "../registry/sources/notary/server-url.ts";
import { registryHttp } from "./http.ts";
import { credentialsOf, plainHttpOf, type CredentialFolders, type RegistrySettings } from "./registries.ts";
import { setupLimits } from "./limits.ts";

const variable = "DOCKER_CONTENT_TRUST_SERVER";

export interface NotaryServerSettings {
  /** The server for every repository; `name` is what messages call the setting. */
  readonly server?: { readonly url: string; readonly name: string } | undefined;
  /** Connection settings, as for registries and in the docker client's folder. */
  readonly registries: RegistrySettings;
}

type Local = CredentialFolders & { readonly signal: AbortSignal };

/** Returns the server of a repository; repositories of one server share its connections and tokens. Throws USAGE, INSECURE_REGISTRY. */
export function openNotaryServers({ server: named, registries }: NotaryServerSettings, local: Local): (gun: Gun) => Promise<NotaryServer> {
  const plainHttp = plainHttpOf(registries);
  const one = namedServer(named, plainHttp, local);
  const credentials = credentialsOf(registries, local);
  const opened = new Map<string, Promise<NotaryServer>>();
  const open = async (base: URL): Promise<NotaryServer> => {
    const docker = await dockerAuthority(base.host, local);
    const http = await registryHttp(
      { ...registries, authorities: [...(registries.authorities ?? []), ...(docker ? [docker] : [])] },
      local,
    );
    return new NotaryServer({ http, credentials, base, onWarning: registries.onWarning });
  };
  return (gun) => {
    const base = one ?? defaultServer(gun, plainHttp);
    const server = opened.get(base.origin) ?? open(base);
    opened.set(base.origin, server);
    return server;
  };
}

function namedServer(server: NotaryServerSettings["server"], plainHttp: PlainHttp, { env }: Local): URL | undefined {
  if (server) return parseServer(server.url, server.name, plainHttp);
  const value = env[variable];
  return value ? parseServer(value, variable, plainHttp) : undefined;
}

/** Reads the CA file that the docker client trusts for this server, `tls/HOST/ca.crt` of its folder; undefined if there is none. */
async function dockerAuthority(host: string, local: Local): Promise<Uint8Array | undefined> {
  const { env, signal } = local;
  try {
    return await readSource(join(dockerFolder(local), "tls", host, "ca.crt"), { maxBytes: setupLimits.pemBytes, env, signal });
  } catch (error) {
    if (error instanceof TouchmarkError && error.code === "FILE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Returns the docker client's folder. */
export function dockerFolder({ env, home }: UserFolders): string {
  return env["DOCKER_CONFIG"] || join(home, ".docker");
}
