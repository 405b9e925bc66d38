import { describeInstance } from "../../../trust-sources/sigstore/describe-instance.ts";
import { importFiles, importRepository } from "../../../trust-sources/sigstore/import-root.ts";
import type { Instance, RepositoryInstance } from "../../../trust-sources/sigstore/instance.ts";
import { parseMirror } from "../../../trust-sources/sigstore/mirror-url.ts";
import type { RefreshOptions } from "../../../trust-sources/sigstore/repository.ts";
import { usageError } from "../../usage-error.ts";
import { defineCommand, type Command } from "../../command.ts";
import { readInitialRoot, refreshOptions } from "../../../setup/refresh.ts";
import { deadlineOf } from "../../deadline.ts";
import { outputFlags, timeoutFlags } from "../../flags/common.ts";
import { repositoryFlags, type RepositoryArgs } from "../../flags/trust-repository.ts";
import type { Io } from "../../io.ts";
import { clean } from "../../render/text.ts";
import { localSettings } from "../../settings/local.ts";
import { summaryJson, summaryText } from "../../trust.ts";
import { commandLimits } from "../../limits.ts";

export const command: Command = defineCommand({
  usage: "[flags] NAME (FILE|URL… | --mirror URL --root FILE)",
  details: [
    "Stores a trusted root under NAME, and replaces the one that is stored there. A FILE is a trusted_root.json, several of them",
    "as JSON lines (printed by 'gh attestation trusted-root'), or the output of 'touchmark trust export'. With --mirror and --root, the root is",
    "fetched from a TUF repository and updated from there. To trust the public instance too, run touchmark trust update public-good.",
  ].join("\n"),
  flags: { ...repositoryFlags, ...outputFlags, ...timeoutFlags },
  operands: { min: 1, max: commandLimits.importedFiles + 1, value: "FILE" },
  examples: [
    { command: "touchmark trust import company trusted_root.json", explains: "Trust my company's sigstore instance" },
    {
      command: "touchmark trust import team --mirror https://tuf.example/ --root root.json",
      explains: "Trust an instance that has a TUF repository",
    },
  ],
  async run(args, io) {
    const json = args.output === "json";
    using deadline = deadlineOf(args, io);
    const options = await refreshOptions(localSettings(io), deadline.signal);
    const instance = await imported(args, io, options);
    const description = await describeInstance(instance, options.folder);
    io.stdout.write(json ? `${JSON.stringify(summaryJson(description))}\n` : summaryText(description));
    return 0;
  },
});

async function imported(
  args: RepositoryArgs & { readonly operands: readonly string[] },
  io: Io,
  options: RefreshOptions,
): Promise<Instance> {
  const [name = "", ...references] = args.operands;
  const mirror = args.mirror;
  const root = args.root;
  const hint = "Name a file, or a TUF repository: --mirror URL --root FILE.";
  if (mirror === undefined && root === undefined) {
    if (references.length === 0) throw usageError(`nothing says what ${JSON.stringify(name)} is`, hint);
    return importFiles(references, { ...options, name, env: io.env });
  }
  if (mirror === undefined || root === undefined || references.length > 0) {
    throw usageError("--mirror and --root go together, and with no file beside them", hint);
  }
  const url = parseMirror(mirror);
  io.stderr.write(`fetching ${clean(name)} from ${clean(url.href)}\n`);
  const anchor = await readInitialRoot(root, { env: io.env, signal: options.signal });
  const instance: RepositoryInstance = { kind: "repository", name, mirror: url, root: anchor };
  await importRepository(instance, options);
  return instance;
}
