import { describeInstance } from "../../../trust-sources/sigstore/describe-instance.ts";
import { chooseInstances } from "../../../trust-sources/sigstore/open-roots.ts";
import { instancesFolder } from "../../../trust-sources/sigstore/instances-folder.ts";
import { digestOf, type Digest } from "../../../core/digest.ts";
import { formatInstant } from "../../../core/instant.ts";
import type { CertificateAuthority, LogAuthority, Period, TrustedRoot } from "../../../trust/trusted-root.ts";
import { defineCommand, type Command } from "../../command.ts";
import { outputFlags } from "../../flags/common.ts";
import { field } from "../../render/text.ts";
import { summaryJson, summaryText } from "../../trust.ts";

export const command: Command = defineCommand({
  usage: "[flags] [NAME]",
  details: [
    "Shows all stored trusted roots, or the one called NAME: its source, its expiry, and its certificate authorities, logs and timestamp",
    "authorities, each with operator, validity and fingerprint (SHA-256 of the root certificate or of the log's key). Works offline.",
  ].join("\n"),
  flags: outputFlags,
  operands: { min: 0, max: 1 },
  examples: [
    { command: "touchmark trust show", explains: "Which authorities and logs does this machine trust?" },
    { command: "touchmark trust show -o json public-good", explains: "The public instance, for a program" },
  ],
  async run(args, io) {
    const json = args.output === "json";
    const folder = instancesFolder(io);
    const instances = await chooseInstances(folder, { env: io.env, home: io.home, names: args.operands });
    for (const instance of instances) {
      const description = await describeInstance(instance, folder);
      const members = description.roots.flatMap(membersOf);
      const text = summaryText(description) + members.map(memberText).join("");
      io.stdout.write(json ? `${JSON.stringify({ ...summaryJson(description), trusts: members.map(memberJson) })}\n` : text);
    }
    return 0;
  },
});

interface Member {
  readonly kind: "certificate authority" | "log" | "certificate log" | "timestamp authority";
  readonly url: string;
  readonly operator: string;
  readonly validFor: Period;
  readonly fingerprint: string;
}

function membersOf({ certificateAuthorities, logs, certificateLogs, timestampAuthorities }: TrustedRoot): readonly Member[] {
  return [
    ...certificateAuthorities.map((one) => member("certificate authority", one, fingerprintOf(one))),
    ...logs.map((one) => member("log", one, `sha256:${one.publicKey.fingerprint}`)),
    ...certificateLogs.map((one) => member("certificate log", one, `sha256:${one.publicKey.fingerprint}`)),
    ...timestampAuthorities.map((one) => member("timestamp authority", one, fingerprintOf(one))),
  ];
}

function member(kind: Member["kind"], { name: url, operator, validFor }: CertificateAuthority | LogAuthority, fingerprint: string): Member {
  return { kind, url, operator, validFor, fingerprint };
}

function fingerprintOf({ chain }: CertificateAuthority): Digest {
  return digestOf(chain.at(-1)?.raw ?? new Uint8Array());
}

const labels: Readonly<Record<Member["kind"], string>> = {
  "certificate authority": "authority",
  log: "log",
  "certificate log": "ct log",
  "timestamp authority": "timestamps",
};

function memberText({ kind, url, operator, validFor, fingerprint }: Member): string {
  const { start, end } = periodText(validFor);
  const span = end === undefined ? `from ${start} on` : `from ${start} to ${end}`;
  return field(labels[kind], `${url} (${operator}), ${span}, ${fingerprint}`);
}

function memberJson({ validFor, ...rest }: Member): object {
  return { ...rest, validFor: periodText(validFor) };
}

function periodText({ start, end }: Period): { readonly start: string; readonly end?: string } {
  return { start: formatInstant(start), ...(end !== undefined && { end: formatInstant(end) }) };
}
