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
    "A GUN is the full name of a repository, such as docker.io/library/alpine. The archive holds its trust data from the notary server and",
    "the trust folder byte for byte, with earlier roots and delegations, and a manifest of digests, which can be timestamped (RFC 3161).",
    "Nothing is verified. No private keys are read, and the archive contains no secrets. If some trust data cannot be read, the rest is",
    "saved, the errors are printed, and the exit status is not 0.",
  ].join("\n"),
  flags: {
    to: flag.string({ value: "FILE", summary: "The archive to write (tar)" }),
    force: flag.boolean({ summary: "Replace an archive that exists" }),
    from: flag.strings({ value: "FILE", summary: "Save the repositories listed in this file, one per line" }),
    all: flag.boolean({ summary: "Save every repository of the trust folder" }),
    trustDir: flag.string({ value: "DIR", summary: "The trust folder ($DOCKER_CONFIG/trust, or ~/.docker/trust)" }),
    server: flag.string({ value: "URL", summary: "The notary server (DOCKER_CONTENT_TRUST_SERVER, or that of the registry)" }),
    noServer: flag.boolean({ summary: "Contact no notary server: save the trust folder's data only" }),
    timestampUrl: flag.strings({ value: "URL", summary: "Timestamp authority for the archive's manifest (RFC 3161)" }),
    timestampRoot: flag.strings({ value: "FILE", summary: "Root certificates of the timestamp authority (PEM)" }),
    ...outputFlags,
    ...registryFlags,
    timeout: timeoutFlag("Time for each repository, as 90s or 3m (3m)"),
  },
  operands: { min: 0, max: commandLimits.operands },
  examples: [
    {
      command: "touchmark dct save --to alpine.tar docker.io/library/alpine",
      explains: "Save a repository's trust data from Docker Hub's notary server",
    },
    { command: "touchmark dct save --to trust.tar --all", explains: "Save every repository in this user's trust folder" },
    {
      command:
        "touchmark dct save --to timestamped.tar --from names.txt --timestamp-url https://tsa.example/api/v1/timestamp --timestamp-root tsa.pem",
      explains: "Save a list of repositories, with a timestamp",
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
