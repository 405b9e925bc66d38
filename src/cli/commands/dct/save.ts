import { digestOf } from "../../../core/digest.ts";
import { version } from "../../../core/version.ts";
import { ArchiveSize, encodeArchive, encodeManifest } from "../../../registry/sources/notary/archive.ts";
import { defineCommand, type Command } from "../../command.ts";
import { flag } from "../../flags/flag.ts";
import { deadlineOf } from "../../deadline.ts";
import { outputFlags, timeoutFlag } from "../../flags/common.ts";
import { registryFlags } from "../../flags/registry.ts";
import { openArchiveFile } from "../../dct/archive-file.ts";
import { readRepository } from "../../dct/read-repository.ts";
import { codesOf, problemsText, reportJson, reportText } from "../../dct/report.ts";
import { repositoryNames } from "../../dct/repository-names.ts";
import { openSources } from "../../dct/sources.ts";
import { openTimestamping } from "../../dct/timestamping.ts";
import { exitOf } from "../../exit.ts";
import { sideBySide } from "../../progress.ts";
import { hintFor } from "../../render/remedies.ts";
import { clean, problem } from "../../render/text.ts";
import { commandLimits } from "../../limits.ts";

export const command: Command = defineCommand({
  usage: "[flags] --to FILE GUN…",
  details: [
    "A GUN is the full name of a repository, as docker.io/library/alpine. Everything that its notary server and the trust folder have is",
    "saved byte for byte, every earlier root and the delegations too, with a manifest of digests that RFC 3161 authorities can timestamp.",
    "Nothing is verified, nothing in the archive is secret, and private keys are not read. What can be read is saved; what cannot is named,",
    "and the exit status says so.",
  ].join("\n"),
  flags: {
    to: flag.string({ value: "FILE", summary: "The archive to write (tar)" }),
    force: flag.boolean({ summary: "Replace an archive that exists" }),
    from: flag.strings({ value: "FILE", summary: "Save the repositories that are listed in this file, one a line" }),
    all: flag.boolean({ summary: "Save every repository of the trust folder" }),
    trustDir: flag.string({ value: "DIR", summary: "The trust folder ($DOCKER_CONFIG/trust, or ~/.docker/trust)" }),
    server: flag.string({ value: "URL", summary: "The notary server (DOCKER_CONTENT_TRUST_SERVER, or that of the registry)" }),
    noServer: flag.boolean({ summary: "Ask no notary server: save what the trust folder has" }),
    timestampUrl: flag.strings({ value: "URL", summary: "Have this authority timestamp the archive's manifest (RFC 3161)" }),
    timestampRoot: flag.strings({ value: "FILE", summary: "Root certificates to check its timestamps (PEM)" }),
    ...outputFlags,
    ...registryFlags,
    timeout: timeoutFlag("Time for each repository, as 90s or 3m (3m)"),
  },
  operands: { min: 0, max: commandLimits.operands },
  examples: [
    { command: "touchmark dct save --to alpine.tar docker.io/library/alpine", explains: "Save what the notary server of Docker Hub has" },
    { command: "touchmark dct save --to trust.tar --all", explains: "Save every repository that this user's docker client has trusted" },
    {
      command:
        "touchmark dct save --to timestamped.tar --from names.txt --timestamp-url https://tsa.example/api/v1/timestamp --timestamp-root tsa.pem",
      explains: "Save a list of repositories, with a timestamp that shows when",
    },
  ],
  async run(args, io) {
    const json = args.output === "json";
    const file = await openArchiveFile(args);
    const timestamper = await openTimestamping(args, io);
    const sources = await openSources(args, io);
    const { guns, unread } = await repositoryNames(args, sources.folder, io);
    for (const one of unread) io.stderr.write(problem("error", one.message, hintFor(one)));

    const size = new ArchiveSize();
    const read = await sideBySide(guns, "read", io, async (gun) => {
      using deadline = deadlineOf(args, io);
      const found = await readRepository(gun, sources, deadline.signal);
      size.add(found);
      return found;
    });
    const data = read.flat();
    const listed = unread.map(({ code }) => code);
    if (data.every(({ files }) => files.length === 0)) {
      const none = { given: [], failures: [] };
      io.stderr.write(`${problemsText(data, none)}nothing was read, and ${clean(file.path)} is not written\n`);
      return exitOf([...listed, ...codesOf(data, none)]);
    }

    const at = io.now();
    const manifest = encodeManifest({ at, by: version, data, unread });
    const timestamps = await timestamper(manifest);
    const responses = timestamps.given.map(({ timestamp }) => timestamp);
    await file.write(encodeArchive(manifest, data, responses), io.signal);
    const report = { archive: file.path, at, manifest: digestOf(manifest), data, timestamps };
    io.stdout.write(json ? reportJson(report) : reportText(report));
    io.stderr.write(problemsText(data, timestamps));
    return exitOf([...listed, ...codesOf(data, timestamps)]);
  },
});
