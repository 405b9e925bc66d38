/** A key in a notation plugin. */
import { TouchmarkError } from "../core/errors.ts";
import type { EnvelopeSigner, Signer } from "../core/signer.ts";
import { openPluginKey } from "../signers/notation-plugin/open-plugin.ts";
import { notationFolder } from "./notation-folder.ts";
import type { PluginKeySettings, SignerOpening } from "./signer-settings.ts";

/** Opens the key. Throws USAGE for formats that do not store the certificate chain of a signer, and what opening throws. */
export async function openPlugin(
  { plugin, id, config = {}, notationFolder: named }: PluginKeySettings,
  { env, home, formats, signal }: SignerOpening,
): Promise<Signer | EnvelopeSigner> {
  const other = formats.find(({ writers }) => writers.signature?.abilities.needsChain !== true);
  if (other) {
    throw new TouchmarkError("USAGE", `notation's plugins sign for the Notary Project, not in the format ${other.name}`, {
      hint: "Sign in the format notation.",
      remedy: { id: "sign-for-notary-project" },
    });
  }
  return openPluginKey({ folder: notationFolder(named, { env, home }), plugin, id, config, env }, signal);
}
