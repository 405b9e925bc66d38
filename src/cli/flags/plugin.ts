/** Flags for notation's plugins: their folder and their options. */
import { flag, type Flag, type Pairs } from "./flag.ts";

export interface PluginArgs {
  readonly pluginConfig: Pairs;
  readonly notationConfig: string | undefined;
}

/** `--plugin-config KEY=VALUE`. */
export function pluginConfigFlag(summary: string): Flag<Pairs> {
  return flag.pairs({ value: "KEY=VALUE", what: "a plugin's setting", summary });
}

/** `--notation-config DIR`. */
export function notationConfigFlag(summary: string): Flag<string | undefined> {
  return flag.string({ value: "DIR", summary });
}
