/** Asking whether certificates were revoked. */
import type { GatherFacts } from "../core/facts.ts";
import type { Arguments } from "./arguments.ts";
import type { Flag } from "./grammar.ts";
import type { Io } from "./io.ts";

export const revocationFlags: readonly Flag[] = [
  { name: "revocation-allow-private", summary: "Ask hosts of one's own network too whether certificates were revoked" },
];

/** What is needed for it is loaded when there is something to ask. Offline nobody is asked. */
export function gathererFor(args: Arguments, io: Io): GatherFacts | undefined {
  if (args.has("offline")) return undefined;
  let opened: Promise<GatherFacts> | undefined;
  return async (questions, signal) => (await (opened ??= open(args, io)))(questions, signal);
}

async function open(args: Arguments, io: Io): Promise<GatherFacts> {
  const [{ factGatherer }, { revocationFolder }, { proxiesFrom }] = await Promise.all([
    import("../anchors/revocation/gather-facts.ts"),
    import("../anchors/revocation/kept-list.ts"),
    import("../net/proxies.ts"),
  ]);
  return factGatherer({
    cache: revocationFolder(io),
    proxies: proxiesFrom(io.env),
    allowPrivate: args.has("revocation-allow-private"),
    clock: io.now,
  });
}
