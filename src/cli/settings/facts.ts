/** The settings for revocation checks and verification plugins, from the flags. */
import type { FactSettings } from "../../setup/facts.ts";
import type { PluginArgs } from "../flags/plugin.ts";
import type { RevocationArgs } from "../flags/revocation.ts";
import type { TrustedRootArgs } from "../flags/trusted-root.ts";

export function factSettings(args: PluginArgs & RevocationArgs & Pick<TrustedRootArgs, "offline">): FactSettings {
  return {
    offline: args.offline,
    allowPrivateHosts: args.revocationAllowPrivate,
    notationFolder: args.notationConfig,
    pluginConfig: args.pluginConfig,
  };
}
