/** The user's credentials for registries, from the files of Docker and podman. */
import { join } from "node:path";
import { memoise } from "../../core/async/memoise.ts";
import { type AuthFile, readAuthFile } from "./auth-file.ts";
import type { Credential } from "./credential.ts";
import { askHelper } from "./helper.ts";
import { mostSpecific } from "./registry-key.ts";

export interface Credentials {
  /** Returns the credential for this repository, with its `source`; undefined if there is none. */
  find(registry: string, repository: string, signal: AbortSignal): Promise<Credential | undefined>;
}

export interface CredentialsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
}

/**
 * Searches $REGISTRY_AUTH_FILE, Docker's config.json and podman's auth.json, in this order. Each is read when first
 * needed, and once. Within a file, the registry's helper comes first, then the general helper, then the file's entries.
 */
export function createCredentials(options: CredentialsOptions): Credentials {
  const { env } = options;
  const files = memoise((signal) => readAll(options, signal));
  return {
    async find(registry, repository, signal) {
      for (const file of await files(signal)) {
        const helper = mostSpecific(file.credHelpers, registry, "") ?? file.credsStore;
        const held = helper === undefined ? undefined : await askHelper(helper, registry, { env, signal });
        const found = held ?? mostSpecific(file.auths, registry, repository)?.();
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

async function readAll(options: CredentialsOptions, signal: AbortSignal): Promise<readonly AuthFile[]> {
  const files = await Promise.all(pathsOf(options).map((path) => readAuthFile(path, signal)));
  return files.filter((file) => file !== undefined);
}

function pathsOf({ env, home }: CredentialsOptions): readonly string[] {
  const { REGISTRY_AUTH_FILE, DOCKER_CONFIG, XDG_RUNTIME_DIR, XDG_CONFIG_HOME } = env;
  return [
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    join(DOCKER_CONFIG || join(home, ".docker"), "config.json"),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, "containers", "auth.json")] : []),
    join(XDG_CONFIG_HOME || join(home, ".config"), "containers", "auth.json"),
  ];
}
