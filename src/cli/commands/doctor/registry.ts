import { parseReference } from "../../../core/oci/reference.ts";
import { formats } from "../../../formats/all.ts";
import type { Advice } from "../../../registry/doctor/advice.ts";
import { diagnose, type Diagnosis } from "../../../registry/doctor/diagnose.ts";
import { usageError } from "../../usage-error.ts";
import { defineCommand, type Command } from "../../command.ts";
import { flag } from "../../flags/flag.ts";
import { deadlineOf } from "../../deadline.ts";
import { outputFlags } from "../../flags/common.ts";
import { registryFlags } from "../../flags/registry.ts";
import { registryHttp } from "../../../setup/http.ts";
import { credentialsOf, plainHttpOf } from "../../../setup/registries.ts";
import { settingsFor } from "../../settings/registry.ts";
import { clean } from "../../render/text.ts";

export const command: Command = defineCommand({
  usage: "[flags] HOST[/REPOSITORY]",
  details: [
    "Sends the registry's API requests and reports the answers. With a repository, it also reports where signatures can be stored.",
    "--write pushes small test content to the repository, and deletes it again where the registry allows that.",
  ].join("\n"),
  flags: { write: flag.boolean({ summary: "Push test content to find out what the registry accepts" }), ...outputFlags, ...registryFlags },
  operands: { min: 1, max: 1 },
  examples: [
    { command: "touchmark doctor registry registry.example", explains: "Which API and authentication does this registry have?" },
    {
      command: "touchmark doctor registry --write registry.example/scratch",
      explains: "Which signature formats can this repository store?",
    },
  ],
  async run(args, io) {
    const json = args.output === "json";
    const { registry, repository } = parseTarget(args.operands[0]);
    const write = args.write;
    if (write && repository === undefined) throw usageError("--write needs a repository to push to: HOST/REPOSITORY");
    const settings = settingsFor(args, [registry], io);
    using deadline = deadlineOf(args, io);
    const diagnosis = await diagnose({
      http: await registryHttp(settings, { env: io.env, signal: deadline.signal }),
      credentials: credentialsOf(settings, io),
      plainHttp: plainHttpOf(settings),
      registry,
      repository,
      write,
      onWarning: settings.onWarning,
      signal: deadline.signal,
    });
    const found = { ...diagnosis, advice: byFormat(diagnosis.advice) };
    io.stdout.write(json ? `${JSON.stringify(found)}\n` : render(found));
    return 0;
  },
});

function parseTarget(text: string): { readonly registry: string; readonly repository: string | undefined } {
  const named = text.includes("/");
  const reference = parseReference(named ? text : `${text}/any`);
  if (reference.kind !== "registry" || reference.tag !== undefined || reference.digest !== undefined) {
    throw usageError(`HOST or HOST/REPOSITORY is expected; found ${JSON.stringify(text)}`);
  }
  return { registry: reference.registry, repository: named ? reference.repository : undefined };
}

interface FormatAdvice extends Omit<Advice, "stores"> {
  readonly format: string;
}

function byFormat(advice: readonly Advice[]): readonly FormatAdvice[] {
  return formats.flatMap(({ name: format, writers }) =>
    advice.flatMap(({ stores, ...rest }) => (writers.signature?.abilities.stores === stores ? [{ format, ...rest }] : [])),
  );
}

function render({
  registry,
  repository,
  probes,
  advice,
}: Omit<Diagnosis, "advice"> & { readonly advice: readonly FormatAdvice[] }): string {
  const rows = probes.map(({ name, answer, detail }) => `  ${name.padEnd(15)} ${answer.padEnd(8)} ${clean(detail)}\n`);
  const ways = advice.map(({ format, works, how }) => `  ${format.padEnd(15)} ${works.padEnd(8)} ${how}\n`);
  const where = repository === undefined ? registry : `${registry}/${repository}`;
  return `${where}\n${rows.join("")}${ways.length > 0 ? `Signatures there, by format:\n${ways.join("")}` : ""}`;
}
