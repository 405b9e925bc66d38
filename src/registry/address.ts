/** Where a registry answers, and under which names its credentials are filed. */
import { TouchmarkError } from "../core/errors.ts";
import { isLoopback } from "../net/loopback.ts";

export interface RegistryAddress {
  /** As references have it: `docker.io`, `localhost:5000`. */
  readonly name: string;
  /** Scheme, host and port. */
  readonly base: URL;
}

const dockerHub = "docker.io";
const dockerHubHost = "registry-1.docker.io";

/** Which registries are spoken to without TLS. */
export type PlainHttp = "loopback" | "every" | "none";

export function addressOf(name: string, plainHttp: PlainHttp): RegistryAddress {
  const host = name === dockerHub ? dockerHubHost : name;
  const plain = URL.parse(`http://${host}`);
  if (plain === null || plain.href !== `${plain.origin}/`) {
    throw new TouchmarkError("INVALID_REFERENCE", `${JSON.stringify(name)} is not the name of a registry`);
  }
  const isPlain = plainHttp === "every" || (plainHttp === "loopback" && isLoopback(plain.hostname));
  const base = isPlain ? plain : new URL(`https://${host}`);
  return { name, base };
}

/** The names of one registry in files of credentials. */
export function aliasesOf(registry: string): readonly string[] {
  return registry === dockerHub ? [dockerHub, "index.docker.io", dockerHubHost] : [registry];
}

/** What a credential helper is asked for: Docker Hub goes by the URL of its first version. */
export function helperKeyOf(registry: string): string {
  return registry === dockerHub ? "https://index.docker.io/v1/" : registry;
}
