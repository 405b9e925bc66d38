/** The trusted roots of a verification. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Warning } from "../../core/warning.ts";
import type { Instant } from "../../core/instant.ts";
import type { HttpClient } from "../../net/http.ts";
import { readSource } from "../../files/read-source.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import { readAuthorities } from "./authorities-file.ts";
import { listInstances, readInstance, type Instance } from "./instance.ts";
import { openInstance } from "./open-instance.ts";
import type { UserFolders } from "../../files/user-folders.ts";
import { instancesFolder } from "./instances-folder.ts";
import { instanceOfEnvironment, publicGood, publicInstance } from "./public-good.ts";
import { trustSourceLimits } from "../limits.ts";

export interface RootsOptions extends UserFolders {
  /** `trusted_root.json` files (or `env://VAR`): if there are any, only these are trusted. */
  readonly files: readonly string[];
  /** Names of stored instances; all by default. */
  readonly names?: readonly string[];
  readonly http: HttpClient;
  readonly at: Instant;
  /** No socket is opened. */
  readonly offline: boolean;
  /** Whether an expired trust root that cannot be updated is refused or used with a warning (refuse). */
  readonly expired?: "warn" | "refuse";
  readonly signal: AbortSignal;
}

export interface OpenedRoots {
  /** At least one. */
  readonly roots: readonly TrustedRoot[];
  readonly warnings: readonly Warning[];
}

/** cosign's variables for parts of the public instance, which are not supported. */
const partVariables = ["SIGSTORE_REKOR_PUBLIC_KEY", "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE", "SIGSTORE_TSA_CERTIFICATE_FILE"];

/**
 * Returns the given files; else the stored instances; else the public one. Those with a TUF repository are updated
 * when due, unless `offline`; a failed update is a warning as long as the cached root is valid. The variable
 * SIGSTORE_ROOT_FILE replaces their certificate authorities by those of a PEM file.
 * Throws FILE_NOT_FOUND, TRUST_ROOT_INVALID, TRUST_ROOT_EXPIRED, and what reading a file or fetching the first root throws.
 */
export async function openRoots(options: RootsOptions): Promise<OpenedRoots> {
  const { files, env, signal, expired = "refuse" } = options;
  if (files.length > 0) {
    const read = async (file: string): Promise<TrustedRoot> =>
      parseTrustedRoot(await readSource(file, { maxBytes: trustSourceLimits.trustedRootFileBytes, env, signal }), file);
    return { roots: await Promise.all(files.map(read)), warnings: [] };
  }
  const folder = instancesFolder(options);
  const instances = await chooseInstances(folder, options);
  const opened = await Promise.all(instances.map((instance) => openInstance(instance, { ...options, folder, expired })));
  const authorities = env["SIGSTORE_ROOT_FILE"] ? await readAuthorities(env["SIGSTORE_ROOT_FILE"], { env, signal }) : undefined;
  return {
    roots: opened.flatMap(({ roots }) => roots).map((root) => (authorities ? { ...root, certificateAuthorities: authorities } : root)),
    warnings: [...partWarnings(env), ...opened.flatMap(({ warnings }) => warnings)],
  };
}

/** Opens the named instances, or all trusted ones without names. Throws FILE_NOT_FOUND for a name without a stored instance. */
export async function chooseInstances(
  folder: string,
  { names = [], ...location }: UserFolders & { readonly names?: readonly string[] },
): Promise<readonly Instance[]> {
  const own = await instanceOfEnvironment(location);
  const kept = names.length > 0 ? names : await listInstances(folder);
  const all = names.length === 0 && own ? [...new Set([publicGood, ...kept])] : kept;
  if (all.length === 0) return [publicInstance];
  return Promise.all(
    all.map(async (name) => {
      const instance =
        name === publicGood ? (own ?? (await readInstance(folder, name)) ?? publicInstance) : await readInstance(folder, name);
      return instance ?? notKept(folder, name);
    }),
  );
}

async function notKept(folder: string, name: string): Promise<never> {
  const kept = await listInstances(folder);
  throw new TouchmarkError("FILE_NOT_FOUND", `no trust root is kept as ${name}`, {
    hint: `There ${kept.length === 0 ? "is none but public-good" : `are ${kept.join(", ")}`}.`,
    remedy: { id: "import-trust-root", about: name },
  });
}

function partWarnings(env: UserFolders["env"]): readonly Warning[] {
  return partVariables
    .filter((name) => env[name])
    .map((name) => ({
      message: `${name} is set and counts for nothing here`,
      hint: "Make a trusted root of it, and import that.",
      remedy: { id: "make-trusted-root" },
    }));
}
