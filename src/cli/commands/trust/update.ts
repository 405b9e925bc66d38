import { describeInstance } from "../../../trust-sources/sigstore/describe-instance.ts";
import { importRepository } from "../../../trust-sources/sigstore/import-root.ts";
import { readInstance, type Instance, type RepositoryInstance } from "../../../trust-sources/sigstore/instance.ts";
import { parseMirror } from "../../../trust-sources/sigstore/mirror-url.ts";
import { chooseInstances } from "../../../trust-sources/sigstore/open-roots.ts";
import { instanceOfEnvironment, publicGood, publicInstance } from "../../../trust-sources/sigstore/public-good.ts";
import { refresh, type RefreshOptions } from "../../../trust-sources/sigstore/repository.ts";
import { asTouchmarkError } from "../../../core/errors.ts";
import { usageError } from "../../usage-error.ts";
import { defineCommand, type Command } from "../../command.ts";
import { readInitialRoot, refreshOptions } from "../../../setup/refresh.ts";
import { deadlineOf } from "../../deadline.ts";
import { outputFlags, timeoutFlags } from "../../flags/common.ts";
import { repositoryFlags, type RepositoryArgs } from "../../flags/trust-repository.ts";
import { exitOf } from "../../exit.ts";
import type { Io } from "../../io.ts";
import { renderError } from "../../render/error.ts";
import { clean } from "../../render/text.ts";
import { localSettings } from "../../settings/local.ts";
import { summaryJson, summaryText } from "../../trust.ts";

export const command: Command = defineCommand({
  usage: "[flags] [NAME]",
  details: [
    "Fetches the current trusted roots from their TUF repositories: the root called NAME, or all stored ones; if there is none, that of the",
    "public sigstore instance, public-good. --mirror and --root change the repository of a trusted root permanently. TUF_MIRROR, TUF_ROOT",
    "and TUF_ROOT_JSON work as in cosign. Commands that verify update trusted roots once a day by themselves.",
  ].join("\n"),
  flags: { ...repositoryFlags, ...outputFlags, ...timeoutFlags },
  operands: { min: 0, max: 1 },
  examples: [{ command: "touchmark trust update", explains: "Update all trusted roots" }],
  async run(args, io) {
    const json = args.output === "json";
    using deadline = deadlineOf(args, io);
    const options = await refreshOptions(localSettings(io), deadline.signal);
    const fromEnvironment = await instanceOfEnvironment(io);
    const instances = await chosen(args, io, options);
    const codes = await Promise.all(
      instances.map(async (instance) => {
        io.stderr.write(`fetching ${instance.name} from ${clean(instance.mirror.href)}\n`);
        try {
          // A repository from an environment variable is not stored.
          const passing = instance.name === publicGood && fromEnvironment !== undefined && args.mirror === undefined;
          await (passing ? refresh(instance, options) : importRepository(instance, options));
          const description = await describeInstance(instance, options.folder);
          io.stdout.write(json ? `${JSON.stringify(summaryJson(description))}\n` : summaryText(description));
          return undefined;
        } catch (thrown) {
          io.stderr.write(renderError(thrown, io.env, instance.name));
          return asTouchmarkError(thrown).code;
        }
      }),
    );
    return exitOf(codes);
  },
});

async function chosen(
  args: RepositoryArgs & { readonly operands: readonly string[] },
  io: Io,
  { folder, signal }: RefreshOptions,
): Promise<readonly RepositoryInstance[]> {
  const [name] = args.operands;
  const mirror = args.mirror;
  const root = args.root;
  if (mirror === undefined && root === undefined) {
    const instances = await chooseInstances(folder, { env: io.env, home: io.home, ...(name !== undefined && { names: [name] }) });
    const repositories = instances.flatMap((instance) => repositoryOf(instance, name));
    if (repositories.length > 0) return repositories;
    throw usageError(
      "no trust root that is kept has a repository",
      "To trust the public instance too: touchmark trust update public-good.",
    );
  }
  const target = name ?? publicGood;
  const before = (await readInstance(folder, target)) ?? (target === publicGood ? publicInstance : undefined);
  const old = before?.kind === "repository" ? before : undefined;
  const anchor = root === undefined ? old?.root : await readInitialRoot(root, { env: io.env, signal });
  const url = mirror === undefined ? old?.mirror : parseMirror(mirror);
  if (!url) throw usageError(`where ${target} is to be fetched from is not known`, "Name its repository: --mirror URL.");
  if (!anchor && target !== publicGood)
    throw usageError(`${target} cannot be trusted without a root to start from`, "Name its root.json: --root FILE.");
  return [{ kind: "repository", name: target, mirror: url, ...(anchor && { root: anchor }) }];
}

/** An instance imported from a file has no repository. */
function repositoryOf(instance: Instance, asked: string | undefined): readonly RepositoryInstance[] {
  if (instance.kind === "repository") return [instance];
  if (asked === undefined) return [];
  throw usageError(
    `${asked} was imported from a file, which is never updated`,
    `Import a newer one: touchmark trust import ${asked} FILE.`,
  );
}
