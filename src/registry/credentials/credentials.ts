/** The user's credentials for registries, from the files of Docker and podman. */
import { join } from "node:path";
import { encodeUtf8 } from "../../core/bytes.ts";
import { memoise } from "../../core/async/memoise.ts";
import { type AuthFile, parseAuthFile, readAuthFile } from "./auth-file.ts";
import type { Credential } from "./credential.ts";
import { askHelper, HelperFailed, orHelperFailed } from "./helper.ts";
import { mostSpecific } from "./registry-key.ts";

export interface Credentials {
  /**
   * Returns the credential for this repository, with its `source`; undefined if there is none. Throws HelperFailed if a helper failed and
   * there is no other, and what reading a file throws.
   */
  find(registry: string, repository: string, signal: AbortSignal): Promise<Credential | undefined>;
}

export interface CredentialsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  /** The user's number, for the folder of podman's file under /run where XDG_RUNTIME_DIR is not set. */
  readonly uid?: number | undefined;
}

/**
 * Searches the text in $DOCKER_AUTH_CONFIG, $REGISTRY_AUTH_FILE, Docker's config.json and podman's auth.json, in this order. Each is read
 * when first needed, and once. Within a file, the registry's helper comes first, then the general helper, then the file's entries.
 */
export function createCredentials(options: CredentialsOptions): Credentials {
  const { env } = options;
  const files = memoise((signal) => readAll(options, signal));
  return {
    async find(registry, repository, signal) {
      let failure: HelperFailed | undefined;
      for (const file of await files(signal)) {
        const helper = mostSpecific(file.credHelpers, registry, "") ?? file.credsStore;
        const held = helper === undefined ? undefined : await orHelperFailed(askHelper(helper, registry, { env, signal }));
        const found = (held instanceof HelperFailed ? undefined : held) ?? mostSpecific(file.auths, registry, repository)?.();
        if (found !== undefined) return found;
        if (held instanceof HelperFailed) failure ??= held;
      }
      if (failure) throw failure;
      return undefined;
    },
  };
}

async function readAll(options: CredentialsOptions, signal: AbortSignal): Promise<readonly AuthFile[]> {
  const { DOCKER_AUTH_CONFIG: text } = options.env;
  const given = text ? parseAuthFile(encodeUtf8(text), "DOCKER_AUTH_CONFIG") : undefined;
  const files = await Promise.all(pathsOf(options).map((path) => readAuthFile(path, signal)));
  return [given, ...files].filter((file) => file !== undefined);
}

function pathsOf({ env, home, uid }: CredentialsOptions): readonly string[] {
  const { REGISTRY_AUTH_FILE, DOCKER_CONFIG, XDG_RUNTIME_DIR, XDG_CONFIG_HOME } = env;
  return [
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    join(DOCKER_CONFIG || join(home, ".docker"), "config.json"),
    ...runtimeFolders(XDG_RUNTIME_DIR, uid).map((folder) => join(folder, "auth.json")),
    join(XDG_CONFIG_HOME || join(home, ".config"), "containers", "auth.json"),
  ];
}

function runtimeFolders(folder: string | undefined, uid: number | undefined): readonly string[] {
  if (folder) return [join(folder, "containers")];
  return uid === undefined ? [] : [join("/run/containers", `${uid}`)];
}
