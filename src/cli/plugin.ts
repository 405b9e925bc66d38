/** A key that a plugin of notation keeps, as the flags name it. */
import type { EnvelopeSigner, Signer } from "../core/signer.ts";
import { openPluginKey } from "../signers/notation-plugin/open-plugin.ts";
import { usageError, type Arguments } from "./arguments.ts";
import { pluginConfigOf } from "./common.ts";
import type { Io } from "./io.ts";
import { notationFolder } from "./notation.ts";
import type { SigningContext } from "./signing-context.ts";

/** For signatures in these formats. Throws USAGE, and what opening the key does. */
export async function openPlugin(args: Arguments, io: Io, { formats, signal }: SigningContext): Promise<Signer | EnvelopeSigner> {
  const stray = ["key", "certificate-chain"].find((name) => args.has(name));
  if (stray !== undefined) throw usageError(`--plugin and --${stray} cannot both be given`, "A plugin has its own key and certificates.");
  const other = formats.find((name) => name !== "notation");
  if (other !== undefined) {
    throw usageError(`notation's plugins sign for the Notary Project, not in the format ${other}`, "Add --format notation.");
  }
  const id = args.value("id");
  if (id === undefined) throw usageError("--plugin needs --id", "Name the key as the plugin knows it.");
  const key = {
    folder: notationFolder(args, io),
    plugin: args.value("plugin") ?? "",
    id,
    config: pluginConfigOf(args),
    env: io.env,
  };
  return openPluginKey(key, signal);
}
