/** Requests the revocation status of certificates, and the results of notation plugins. */
import { memoise } from "../core/async/memoise.ts";
import type { GatherFacts, StatusQuestion } from "../core/facts/facts.ts";
import type { PluginQuestion } from "../core/facts/plugin.ts";
import type { LocalSettings } from "./local-settings.ts";
import { notationFolder } from "./notation-folder.ts";

export interface FactSettings {
  /** Send no request (false). */
  readonly offline?: boolean;
  /** Allow requests to hosts of the private network (false): for a private certificate authority. */
  readonly allowPrivateHosts?: boolean;
  /** notation's folder, which holds its plugins. */
  readonly notationFolder?: string | undefined;
  /** Options for the plugin that a signature names. */
  readonly pluginConfig?: Readonly<Record<string, string>>;
}

/** Loads what the requests need when there is a fact question; undefined if none may be sent. */
export function createFacts(settings: FactSettings, local: LocalSettings): GatherFacts | undefined {
  if (settings.offline === true) return undefined;
  const revocation = memoise(() => revocationFacts(settings, local));
  const plugins = memoise(() => pluginFacts(settings, local));
  return async (questions, signal) => {
    const forPlugins = questions.filter((question) => question.kind === "plugin");
    const others = questions.filter((question) => question.kind !== "plugin");
    const answers = await Promise.all([
      ...(others.length > 0 ? [revocation(signal).then((gather) => gather(others, signal))] : []),
      ...(forPlugins.length > 0 ? [plugins(signal).then((gather) => gather(forPlugins, signal))] : []),
    ]);
    return new Map(answers.flatMap((facts) => [...facts]));
  };
}

async function pluginFacts(settings: FactSettings, { env, home }: LocalSettings): Promise<GatherFacts<PluginQuestion>> {
  const { pluginGatherer } = await import("../facts/notation-plugin/plugin-results.ts");
  return pluginGatherer({ folder: notationFolder(settings.notationFolder, { env, home }), config: settings.pluginConfig ?? {}, env });
}

async function revocationFacts(
  { allowPrivateHosts = false }: FactSettings,
  { env, home, clock }: LocalSettings,
): Promise<GatherFacts<StatusQuestion>> {
  const [{ factGatherer }, { revocationFolder }, { proxiesFrom }] = await Promise.all([
    import("../facts/revocation/gather-facts.ts"),
    import("../facts/revocation/cached-list.ts"),
    import("../net/proxies.ts"),
  ]);
  return factGatherer({ cache: revocationFolder({ env, home }), proxies: proxiesFrom(env), allowPrivate: allowPrivateHosts, clock });
}
