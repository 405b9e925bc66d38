/** A key that a plugin of notation keeps, as the flags name it. */
import type { EnvelopeSigner, Signer } from "../core/signer.ts";
import { openPluginKey } from "../signers/notation-plugin/open-plugin.ts";
import { firstGiven } from "./flags/flag.ts";
import type { SigningArgs } from "./flags/signing.ts";
import type { Io } from "./io.ts";
import { notationFolder } from "./notation.ts";
import type { SigningContext } from "./signing-context.ts";
import { usageError } from "./usage-error.ts";

/** For signatures in these formats. Throws USAGE, and what opening the key does. */
export async function openPlugin(args: SigningArgs, io: Io, { formats, signal }: SigningContext): Promise<Signer | EnvelopeSigner> {
  const stray = firstGiven(args, ["key", "certificateChain"]);
  if (stray !== undefined) throw usageError(`--plugin and ${stray} cannot both be given`, "A plugin has its own key and certificates.");
  const other = formats.find((name) => name !== "notation");
  if (other !== undefined) {
    throw usageError(`notation's plugins sign for the Notary Project, not in the format ${other}`, "Add --format notation.");
  }
  const { id } = args;
  if (id === undefined) throw usageError("--plugin needs --id", "Name the key as the plugin knows it.");
  const key = {
    folder: notationFolder(args, io),
    plugin: args.plugin ?? "",
    id,
    config: args.pluginConfig,
    env: io.env,
  };
  return openPluginKey(key, signal);
}
