/** The address of a registry, and the names of its credentials. */
import { TouchmarkError } from "../core/errors.ts";
import { isLoopback } from "../net/loopback.ts";

export interface RegistryAddress {
  /** As in references: `docker.io`, `localhost:5000`. */
  readonly name: string;
  /** Scheme, host and port. */
  readonly base: URL;
}

const dockerHub = "docker.io";
const dockerHubHost = "registry-1.docker.io";

/** Returns whether a registry is used without TLS. */
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

/** Returns the names of one registry in credential files. */
export function aliasesOf(registry: string): readonly string[] {
  return registry === dockerHub ? [dockerHub, "index.docker.io", dockerHubHost] : [registry];
}

/** Returns the name for credential helpers: Docker Hub's is the URL of its API version 1. */
export function helperKeyOf(registry: string): string {
  return registry === dockerHub ? "https://index.docker.io/v1/" : registry;
}
