/** The one sigstore instance that is signed with: whom its services are trusted by, and which they are. */
import { TouchmarkError } from "../../core/errors.ts";
import { readSource } from "../../net/source.ts";
import { parseSigningConfig } from "../../trust/parse-signing-config.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { SigningConfig } from "../../trust/signing-config.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import { openInstance } from "./open-instance.ts";
import { chooseInstances, maxRootBytes, type RootsOptions } from "./open-roots.ts";
import { trustFolder } from "./place.ts";

export interface SigningOptions extends Omit<RootsOptions, "files" | "expired"> {
  /** A `trusted_root.json` in place of a kept instance. */
  readonly rootFile?: string;
  /** A signing config in place of the instance's own. */
  readonly configFile?: string;
}

export interface SigningInstance {
  readonly root: TrustedRoot;
  readonly config: SigningConfig;
  /** For people; each a sentence. */
  readonly warnings: readonly string[];
}

/**
 * Throws USAGE where several instances are kept and none is named, SERVICE_MISSING where nothing says which services sign,
 * and what `openRoots` does.
 */
export async function openSigning(options: SigningOptions): Promise<SigningInstance> {
  const [{ root, config, warnings }, given] = await Promise.all([openInstanceOrFile(options), readConfig(options)]);
  const chosen = given ?? config;
  if (chosen) return { root, config: chosen, warnings };
  throw new TouchmarkError("SERVICE_MISSING", "nothing says which services sign", {
    hint: "Name a signing config, --signing-config FILE, or fetch the instance's: touchmark trust update.",
  });
}

interface Opened extends Pick<SigningInstance, "root" | "warnings"> {
  readonly config?: SigningConfig | undefined;
}

async function openInstanceOrFile(options: SigningOptions): Promise<Opened> {
  const { rootFile, env, signal } = options;
  if (rootFile !== undefined) {
    const bytes = await readSource(rootFile, { maxBytes: maxRootBytes, env, signal });
    return { root: parseTrustedRoot(bytes, rootFile), warnings: [] };
  }
  const folder = trustFolder(options);
  const instances = await chooseInstances(folder, options);
  const [instance] = instances;
  const names = instances.map(({ name }) => name).join(", ");
  if (!instance || instances.length > 1) throw several("sigstore instances are kept", names);
  const { roots, signingConfig, warnings } = await openInstance(instance, { ...options, folder, expired: "refuse" });
  const [root] = roots;
  if (!root || roots.length > 1) throw several(`trusted roots are in ${instance.name}`, "");
  return { root, config: signingConfig?.(), warnings };
}

function several(what: string, names: string): TouchmarkError {
  return new TouchmarkError("USAGE", `several ${what}, and one signs${names === "" ? "" : `: ${names}`}`, {
    hint: "Name the one to sign with: --instance NAME, or --trusted-root FILE and --signing-config FILE.",
  });
}

async function readConfig({ configFile, env, signal }: SigningOptions): Promise<SigningConfig | undefined> {
  if (configFile === undefined) return undefined;
  return parseSigningConfig(await readSource(configFile, { maxBytes: maxRootBytes, env, signal }), configFile);
}
