/** Asking what verifying cannot know by itself: whether certificates were revoked, and what plugins of notation say. */
import { memoise } from "../core/async/memoise.ts";
import type { GatherFacts, PluginQuestion, StatusQuestion } from "../core/facts/facts.ts";
import type { Arguments } from "./arguments.ts";
import { pluginConfigOf } from "./common.ts";
import type { Flag } from "./grammar.ts";
import type { Io } from "./io.ts";

export const revocationFlags: readonly Flag[] = [
  { name: "revocation-allow-private", summary: "Ask hosts of one's own network too whether certificates were revoked" },
];

/** What is needed for it is loaded when there is something to ask. Offline nobody is asked. */
export function gathererFor(args: Arguments, io: Io): GatherFacts | undefined {
  if (args.has("offline")) return undefined;
  const revocation = memoise(() => revocationGatherer(args, io));
  const plugins = memoise(() => pluginsGatherer(args, io));
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

async function pluginsGatherer(args: Arguments, io: Io): Promise<GatherFacts<PluginQuestion>> {
  const [{ pluginGatherer }, { notationFolder }] = await Promise.all([
    import("../facts/notation-plugin/plugin-results.ts"),
    import("./notation.ts"),
  ]);
  return pluginGatherer({ folder: notationFolder(args, io), config: pluginConfigOf(args), env: io.env });
}

async function revocationGatherer(args: Arguments, io: Io): Promise<GatherFacts<StatusQuestion>> {
  const [{ factGatherer }, { revocationFolder }, { proxiesFrom }] = await Promise.all([
    import("../facts/revocation/gather-facts.ts"),
    import("../facts/revocation/kept-list.ts"),
    import("../net/proxies.ts"),
  ]);
  return factGatherer({
    cache: revocationFolder(io),
    proxies: proxiesFrom(io.env),
    allowPrivate: args.has("revocation-allow-private"),
    clock: io.now,
  });
}
