/** The sigstore instance for signing: its trusted root and its services. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Warning } from "../../core/warning.ts";
import { readSource } from "../../files/read-source.ts";
import { parseSigningConfig } from "../../trust/parse-signing-config.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { SigningConfig } from "../../trust/signing-config.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import { openInstance } from "./open-instance.ts";
import { chooseInstances, type RootsOptions } from "./open-roots.ts";
import { instancesFolder } from "./instances-folder.ts";
import { trustSourceLimits } from "../limits.ts";

export interface SigningOptions extends Omit<RootsOptions, "files" | "expired"> {
  /** A `trusted_root.json` instead of a stored instance. */
  readonly rootFile?: string;
  /** A signing config instead of the instance's own. */
  readonly configFile?: string;
}

/** Each promise settles as soon as its part is read. */
export interface SigningInstance {
  readonly root: Promise<TrustedRoot>;
  readonly config: Promise<SigningConfig>;
  readonly warnings: Promise<readonly Warning[]>;
}

/**
 * Rejects with USAGE if several instances are stored and none is named, SERVICE_MISSING without a signing config,
 * and what `openRoots` throws.
 */
export function openSigning(options: SigningOptions): SigningInstance {
  const given = readConfig(options);
  const opened = options.rootFile === undefined ? openKept(options) : openFile(options.rootFile, given, options);
  const instance = {
    root: opened.then(({ root }) => root),
    config: given.then(async (config) => config ?? (await opened).config?.() ?? unnamed()),
    warnings: opened.then(({ warnings }) => warnings),
  };
  for (const promise of Object.values(instance)) promise.catch(() => undefined); // the code that awaits it throws it
  return instance;
}

function unnamed(): never {
  throw new TouchmarkError("SERVICE_MISSING", "no signing configuration", {
    hint: "Name a signing config, or fetch the instance's.",
    remedy: { id: "name-signing-config" },
  });
}

interface Opened {
  readonly root: TrustedRoot;
  readonly warnings: readonly Warning[];
  /** Reads the instance's own signing config; it may be malformed. */
  readonly config?: (() => SigningConfig | undefined) | undefined;
}

/** Parsing the root's keys takes processor time: requests that need only the config start first. */
async function openFile(file: string, config: Promise<unknown>, { env, signal }: SigningOptions): Promise<Opened> {
  const [bytes] = await Promise.all([readSource(file, { maxBytes: trustSourceLimits.trustedRootFileBytes, env, signal }), config]);
  await new Promise((resolve) => setImmediate(resolve));
  return { root: parseTrustedRoot(bytes, file), warnings: [] };
}

async function openKept(options: SigningOptions): Promise<Opened> {
  const folder = instancesFolder(options);
  const instances = await chooseInstances(folder, options);
  const [instance] = instances;
  const names = instances.map(({ name }) => name).join(", ");
  if (!instance || instances.length > 1) throw several("sigstore instances are kept", names);
  const { roots, signingConfig, warnings } = await openInstance(instance, { ...options, folder, expired: "refuse" });
  const [root] = roots;
  if (!root || roots.length > 1) throw several(`trusted roots are in ${instance.name}`, "");
  return { root, config: signingConfig, warnings };
}

function several(what: string, names: string): TouchmarkError {
  return new TouchmarkError("USAGE", `several ${what}, and one signs${names === "" ? "" : `: ${names}`}`, {
    hint: "Name the one to sign with.",
    remedy: { id: "choose-sigstore-instance" },
  });
}

async function readConfig({ configFile, env, signal }: SigningOptions): Promise<SigningConfig | undefined> {
  if (configFile === undefined) return undefined;
  return parseSigningConfig(await readSource(configFile, { maxBytes: trustSourceLimits.trustedRootFileBytes, env, signal }), configFile);
}
