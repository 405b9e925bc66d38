/** Renders help texts from the commands' declarations. */
import { version } from "../core/version.ts";
import type { Command, CommandEntry } from "./command.ts";
import { namedFlags } from "./command-line.ts";

/** The list of commands, all or those of a group. */
export function overview(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `touchmark ${version}: signs container images and decides whether they may be used`,
    "",
    "Usage: touchmark COMMAND [flags] [arguments]",
    "",
    "Commands:",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "'touchmark COMMAND --help' shows a command's flags and examples.",
    "",
  ].join("\n");
}

export function helpFor({ name, summary }: Omit<CommandEntry, "load">, command: Command): string {
  const flags = namedFlags(command.flags).map((flag) => ({
    left: `${flag.short === undefined ? "    " : `-${flag.short}, `}--${flag.name}${flag.value === undefined ? "" : ` ${flag.value}`}`,
    summary: `${flag.summary}${flag.repeatable === true ? " (repeatable)" : ""}`,
  }));
  const width = Math.max(...flags.map(({ left }) => left.length));
  return [
    summary,
    "",
    `Usage: touchmark ${name} ${command.usage}`.trimEnd(),
    ...(command.details === undefined ? [] : ["", command.details]),
    "",
    "Flags:",
    ...flags.map(({ left, summary: text }) => `  ${left.padEnd(width)}  ${text}`),
    "",
    "Examples:",
    ...command.examples.flatMap((example) => [`  # ${example.explains}`, `  ${example.command}`]),
    "",
  ].join("\n");
}
