/** Plugin metadata (Notary Project, plugin-extensibility, "Plugin metadata"). It is requested each time, since the plugin may have been replaced. */
import { malformed, TouchmarkError } from "../../core/errors.ts";
import type { Fields, JsonObject } from "../../core/json/json.ts";
import { printableText } from "../../core/printable.ts";
import { runPluginCommand, contractVersion, type PluginSurroundings } from "./plugin-command.ts";
import type { Plugin } from "./find-plugin.ts";
import { pluginLimits } from "../limits.ts";

export interface PluginMetadata {
  readonly version: string;
  /** `SIGNATURE_GENERATOR.RAW` and the like; unknown ones are kept. */
  readonly capabilities: ReadonlySet<string>;
}

/** Throws MALFORMED, UNSUPPORTED for another contract, PLUGIN_FAILED for another plugin's metadata, and what runPluginCommand throws. */
export async function readPluginMetadata(plugin: Plugin, config: JsonObject, surroundings: PluginSurroundings): Promise<PluginMetadata> {
  const answer = await runPluginCommand(plugin, "get-plugin-metadata", { pluginConfig: config }, surroundings);
  const name = answer.string("name");
  if (name !== plugin.name) {
    throw new TouchmarkError("PLUGIN_FAILED", `the plugin at ${plugin.path} calls itself ${JSON.stringify(printableText(name, 100))}`);
  }
  const contracts = textsOf(answer, "supportedContractVersions");
  if (!contracts.includes(contractVersion)) {
    const theirs = printableText(contracts.join(", "), 100) || "none";
    throw new TouchmarkError("UNSUPPORTED", `the plugin ${name} keeps to contract ${theirs}, expected ${contractVersion}`, {
      hint: `Install a release of the plugin for contract ${contractVersion}.`,
    });
  }
  return { version: answer.string("version"), capabilities: new Set(textsOf(answer, "capabilities")) };
}

/** Reads a list of texts. Throws MALFORMED, LIMIT_EXCEEDED. */
export function textsOf(fields: Fields, name: string): readonly string[] {
  return fields.list(name, pluginLimits.metadataTexts).map((value) => {
    if (typeof value !== "string") throw malformed(`${fields.at}.${name} has an entry that is not a string`);
    return value;
  });
}
