/**
 * Opens the signer for a key in a plugin (Notary Project, plugin-extensibility, "Signing interfaces"). If a plugin supports both, raw
 * signatures are requested, as notation does, and the envelope is made here.
 */
import { TouchmarkError } from "../../core/errors.ts";
import type { EnvelopeSigner, Signer } from "../../core/signer.ts";
import { printableText } from "../../core/printable.ts";
import { envelopeSigner } from "./envelope-signer.ts";
import { findPlugin, type Plugin } from "../../plugins/notation/find-plugin.ts";
import type { PluginKey } from "./plugin-key.ts";
import { readPluginMetadata } from "../../plugins/notation/plugin-metadata.ts";
import { rawSigner } from "./raw-signer.ts";

const kinds: readonly (readonly [capability: string, open: (key: PluginKey, plugin: Plugin) => Signer | EnvelopeSigner])[] = [
  ["SIGNATURE_GENERATOR.RAW", rawSigner],
  ["SIGNATURE_GENERATOR.ENVELOPE", envelopeSigner],
];

/** Requests the plugin's capabilities. Throws what findPlugin and runPluginCommand throw, and UNSUPPORTED for a plugin that does not sign. */
export async function openPluginKey(key: PluginKey, signal: AbortSignal): Promise<Signer | EnvelopeSigner> {
  const plugin = await findPlugin(key.folder, key.plugin);
  const { capabilities } = await readPluginMetadata(plugin, key.config, { env: key.env, signal });
  const [, open] = kinds.find(([capability]) => capabilities.has(capability)) ?? [];
  if (open) return open(key, plugin);
  const has = printableText([...capabilities].join(", "), 200) || "nothing";
  const expected = kinds.map(([capability]) => capability).join(" or ");
  throw new TouchmarkError("UNSUPPORTED", `the plugin ${plugin.name} is capable of ${has}, expected ${expected}`, {
    hint: "Use a plugin that signs images.",
  });
}
