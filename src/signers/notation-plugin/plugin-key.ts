/** A key that a plugin keeps, and what all questions about it have alike. */
import { TouchmarkError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json/json.ts";
import { printableText } from "../../core/printable.ts";

export interface PluginKey {
  /** notation's folder. */
  readonly folder: string;
  readonly plugin: string;
  /** The key, as the plugin knows it. */
  readonly id: string;
  /** Handed to the plugin as it is. */
  readonly config: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function keyRequest({ id, config }: PluginKey): JsonObject {
  return { keyId: id, pluginConfig: config };
}

/** PLUGIN_FAILED. `why` is the end of a sentence that begins with the plugin's name. */
export function pluginFailed({ plugin }: PluginKey, why: string): TouchmarkError {
  return new TouchmarkError("PLUGIN_FAILED", `the plugin ${plugin} ${why}`);
}

/** What a plugin said, as messages show it. */
export function quote(text: string): string {
  return JSON.stringify(printableText(text, 100));
}
