/** A key in a plugin, and the common members of all requests for it. */
import { TouchmarkError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json/json.ts";
import { printableText } from "../../core/printable.ts";

export interface PluginKey {
  /** notation's folder. */
  readonly folder: string;
  readonly plugin: string;
  /** The key's id in the plugin. */
  readonly id: string;
  /** Passed to the plugin unchanged. */
  readonly config: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function keyRequest({ id, config }: PluginKey): JsonObject {
  return { keyId: id, pluginConfig: config };
}

/** Returns PLUGIN_FAILED. `why` is the end of a sentence that begins with the plugin's name. */
export function pluginFailed({ plugin }: PluginKey, why: string): TouchmarkError {
  return new TouchmarkError("PLUGIN_FAILED", `the plugin ${plugin} ${why}`);
}

/** Formats the plugin's output for messages. */
export function quote(text: string): string {
  return JSON.stringify(printableText(text, 100));
}
