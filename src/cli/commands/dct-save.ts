import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestOf } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { version } from "../../core/version.ts";
import { fileExists, writeDraft } from "../../net/draft.ts";
import { encodeArchive, encodeManifest } from "../../registry/sources/notary/archive.ts";
import { TrustFolder } from "../../registry/sources/notary/trust-folder.ts";
import { usageError, type Arguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { deadlineOf, outputFlag, registryFlags, timeoutFlag } from "../common.ts";
import { readRepository, type Sources } from "../dct/read-repository.ts";
import { codesOf, problemsText, reportJson, reportText } from "../dct/report.ts";
import { repositoryNames } from "../dct/repository-names.ts";
import { dockerFolder, notaryServers } from "../dct/servers.ts";
import { openStamping } from "../dct/stamping.ts";
import { exitOf } from "../exit.ts";
import type { Io } from "../io.ts";
import { sideBySide } from "../progress.ts";
import { clean, problem } from "../render/text.ts";

const maxRepositories = 1000;

export const command: Command = {
  usage: "[flags] --to FILE GUN…",
  summary: "Save the trust data of Docker Content Trust in an archive",
  details: [
    "A GUN is the full name of a repository, as docker.io/library/alpine. Everything that its notary server and the trust folder have is",
    "saved byte for byte, every earlier root and the delegations too, with a manifest of digests that RFC 3161 authorities can timestamp.",
    "Nothing is verified, nothing in the archive is secret, and private keys are not read. What can be read is saved; what cannot is named,",
    "and the exit status says so.",
  ].join("\n"),
  flags: [
    { name: "to", value: "FILE", summary: "The archive to write (tar)" },
    { name: "force", summary: "Replace an archive that exists" },
    { name: "from", value: "FILE", repeatable: true, summary: "Save the repositories that are listed in this file, one a line" },
    { name: "all", summary: "Save every repository of the trust folder" },
    { name: "trust-dir", value: "DIR", summary: "The trust folder ($DOCKER_CONFIG/trust, or ~/.docker/trust)" },
    { name: "server", value: "URL", summary: "The notary server (DOCKER_CONTENT_TRUST_SERVER, or that of the registry)" },
    { name: "no-server", summary: "Ask no notary server: save what the trust folder has" },
    { name: "timestamp-url", value: "URL", repeatable: true, summary: "Have this authority timestamp the archive's manifest (RFC 3161)" },
    { name: "timestamp-root", value: "FILE", repeatable: true, summary: "What its timestamps are proven by (PEM)" },
    outputFlag,
    ...registryFlags.filter((flag) => flag !== timeoutFlag),
    { ...timeoutFlag, summary: "Time for each repository, as 90s or 3m (3m)" },
  ],
  operands: { min: 0, max: maxRepositories },
  examples: [
    { command: "touchmark dct save --to alpine.tar docker.io/library/alpine", explains: "Save what the notary server of Docker Hub has" },
    { command: "touchmark dct save --to trust.tar --all", explains: "Save every repository that this user's docker client has trusted" },
    {
      command:
        "touchmark dct save --to proven.tar --from names.txt --timestamp-url https://tsa.example/api/v1/timestamp --timestamp-root tsa.pem",
      explains: "Save a list of repositories, and have an authority prove when",
    },
  ],
  async run(args, io) {
    const json = args.choice("output", ["text", "json"]) === "json";
    const to = await target(args);
    const stamper = await openStamping(args, io);
    const sources = await openSources(args, io);
    const { guns, unread } = await repositoryNames(args, sources.folder, io);
    for (const { message, hint } of unread) io.stderr.write(problem("error", message, hint));

    const read = await sideBySide(guns, "read", io, async (gun) => {
      using deadline = deadlineOf(args, io);
      return await readRepository(gun, sources, deadline.signal);
    });
    const data = read.flat();
    const listed = unread.map(({ code }) => code);
    if (data.every(({ files }) => files.length === 0)) {
      const none = { stamps: [], failures: [] };
      io.stderr.write(`${problemsText(data, none)}nothing was read, and ${clean(to)} is not written\n`);
      return exitOf([...listed, ...codesOf(data, none)]);
    }

    const at = io.now();
    const manifest = encodeManifest({ at, by: version, data, unread });
    const stamps = await stamper(manifest);
    const timestamps = stamps.stamps.map(({ timestamp }) => timestamp);
    await write(to, encodeArchive(manifest, data, timestamps), args, io);
    const report = { archive: to, at, manifest: digestOf(manifest), data, stamps };
    io.stdout.write(json ? reportJson(report) : reportText(report));
    io.stderr.write(problemsText(data, stamps));
    return exitOf([...listed, ...codesOf(data, stamps)]);
  },
};

const replace = "Name another file, or replace it: --force.";

/** Where the archive goes. What would stop it from being written is told before anything is read. */
async function target(args: Arguments): Promise<string> {
  const to = args.value("to");
  if (to === undefined || to === "") throw usageError("no archive is named", "Name it: --to FILE.");
  const found = await stat(to).catch(() => undefined);
  if (found && !found.isFile()) throw new TouchmarkError("FILE_EXISTS", `${to} exists and is no file`, { hint: "Name another file." });
  if (found && !args.has("force")) throw fileExists(to, replace);
  const folder = await stat(dirname(to)).catch(() => undefined);
  if (folder?.isDirectory() === true) return to;
  throw new TouchmarkError("FILE_NOT_FOUND", `cannot write ${to}: there is no folder ${dirname(to)}`, { hint: "Make the folder first." });
}

async function openSources(args: Arguments, io: Io): Promise<Sources> {
  if (args.has("no-server") && args.has("server")) throw usageError("--server and --no-server exclude each other");
  const named = args.value("trust-dir");
  const folder = await TrustFolder.open(named ?? join(dockerFolder(io), "trust"));
  if (!folder && (named !== undefined || args.has("no-server"))) {
    throw new TouchmarkError("FILE_NOT_FOUND", `${named ?? "the trust folder"} is no trust folder: there is no folder tuf in it`, {
      hint: "Name the folder that holds tuf: --trust-dir DIR. It is ~/.docker/trust where docker made it.",
    });
  }
  return { serverOf: args.has("no-server") ? undefined : notaryServers(args, io), folder };
}

async function write(path: string, bytes: Iterable<Uint8Array>, args: Arguments, { signal }: Io): Promise<void> {
  await using draft = await writeDraft({ path, bytes, mode: 0o644, signal });
  if (args.has("force")) return draft.replace();
  try {
    await draft.publish();
  } catch (error) {
    throw error instanceof TouchmarkError && error.code === "FILE_EXISTS" ? fileExists(path, replace) : error;
  }
}
