/** Asking what verifying cannot know by itself: whether certificates were revoked, and what plugins of notation say. */
import type { GatherFacts, PluginQuestion, StatusQuestion } from "../core/facts/facts.ts";
import type { PluginArgs } from "./flags/plugin.ts";
import type { RevocationArgs } from "./flags/revocation.ts";
import type { TrustedRootArgs } from "./flags/trusted-root.ts";
import type { Io } from "./io.ts";

type FactArgs = PluginArgs & RevocationArgs & Pick<TrustedRootArgs, "offline">;

/** What is needed for it is loaded when there is something to ask. Offline nobody is asked. */
export function gathererFor(args: FactArgs, io: Io): GatherFacts | undefined {
  if (args.offline) return undefined;
  const revocation = once(() => revocationGatherer(args, io));
  const plugins = once(() => pluginsGatherer(args, io));
  return async (questions, signal) => {
    const forPlugins = questions.filter((question) => question.kind === "plugin");
    const others = questions.filter((question) => question.kind !== "plugin");
    const answers = await Promise.all([
      ...(others.length > 0 ? [revocation().then((gather) => gather(others, signal))] : []),
      ...(forPlugins.length > 0 ? [plugins().then((gather) => gather(forPlugins, signal))] : []),
    ]);
    return new Map(answers.flatMap((facts) => [...facts]));
  };
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}

async function pluginsGatherer(args: PluginArgs, io: Io): Promise<GatherFacts<PluginQuestion>> {
  const [{ pluginGatherer }, { notationFolder }] = await Promise.all([
    import("../facts/notation-plugin/plugin-results.ts"),
    import("./notation.ts"),
  ]);
  return pluginGatherer({ folder: notationFolder(args, io), config: args.pluginConfig, env: io.env });
}

async function revocationGatherer(args: RevocationArgs, io: Io): Promise<GatherFacts<StatusQuestion>> {
  const [{ factGatherer }, { revocationFolder }, { proxiesFrom }] = await Promise.all([
    import("../facts/revocation/gather-facts.ts"),
    import("../facts/revocation/kept-list.ts"),
    import("../net/proxies.ts"),
  ]);
  return factGatherer({
    cache: revocationFolder(io),
    proxies: proxiesFrom(io.env),
    allowPrivate: args.revocationAllowPrivate,
    clock: io.now,
  });
}
