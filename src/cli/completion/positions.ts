/** The positions of a command line for completion: the words before each, and the possible words after it, from the commands' declarations. */
import { commandsOf, groupsOf, type CommandEntry } from "../command.ts";
import { namedFlags, type NamedFlag } from "../command-line.ts";
import type { Flags } from "../flags/flag.ts";
import type { Grammar } from "../grammar.ts";

export interface Position {
  /** The words after `touchmark`, each preceded by a space; empty at the start. */
  readonly path: string;
  /** The possible next words, if they are fixed. */
  readonly next: readonly Word[];
  readonly flags: readonly FlagValues[];
  readonly operands: ValueKind;
}

export interface Word {
  readonly name: string;
  readonly summary?: string;
}

export interface FlagValues extends Omit<NamedFlag, "read"> {
  /** Undefined for a boolean flag. */
  readonly values: Values | undefined;
}

/** Paths, or values that cannot be completed. */
export type ValueKind = "files" | "folders" | "anything";

/** A fixed list of values, or a kind. */
export type Values = readonly string[] | ValueKind;

const byPlaceholder: Readonly<Record<string, ValueKind>> = { FILE: "files", KEY: "files", PREFIX: "files", DIR: "folders" };

/** Loads every command. */
export async function positions(commands: readonly CommandEntry[]): Promise<readonly Position[]> {
  const loaded = await Promise.all(commands.map(async (entry) => ({ name: entry.name, command: (await entry.load()).command })));
  const version = { name: "version", summary: "Show the version", values: undefined };
  return [
    { path: "", next: firstWords(commands), flags: [version, ...flagValues({})], operands: "anything" },
    ...groupsOf(commands).flatMap((group) => [` ${group}`, ` help ${group}`].map((path) => ofGroup(path, group, commands))),
    ...loaded.map(({ name, command }) => ofCommand(` ${name}`, command, commands)),
  ];
}

function ofGroup(path: string, group: string, commands: readonly CommandEntry[]): Position {
  return { path, next: secondWords(group, commands), flags: flagValues({}), operands: "anything" };
}

function ofCommand(path: string, { flags, operands }: Grammar, commands: readonly CommandEntry[]): Position {
  const values = placeholderValues(operands.value);
  const first = placeholderValues(operands.first);
  const common = { path, flags: flagValues(flags) };
  if (operands.value === "COMMAND") return { ...common, next: firstWords(commands), operands: "anything" };
  if (typeof values === "string") return { ...common, next: typeof first === "string" ? [] : wordsFrom(first), operands: values };
  return { ...common, next: wordsFrom(values), operands: "anything" };
}

const wordsFrom = (names: readonly string[]): readonly Word[] => names.map((name) => ({ name }));

/** The first words of all commands; the summary of a group lists its commands. */
function firstWords(commands: readonly CommandEntry[]): readonly Word[] {
  const groups = groupsOf(commands).map((name) => {
    const words = secondWords(name, commands);
    return { name, summary: words.map((word) => word.name).join(", ") };
  });
  return [...commands.filter(({ name }) => !name.includes(" ")), ...groups];
}

function secondWords(group: string, commands: readonly CommandEntry[]): readonly Word[] {
  return commandsOf(commands, group).map(({ name, summary }) => ({ name: name.slice(group.length + 1), summary }));
}

function flagValues(flags: Flags): readonly FlagValues[] {
  return namedFlags(flags).map((flag) => ({
    ...flag,
    values: flag.value === undefined ? undefined : (flag.choices ?? placeholderValues(flag.value)),
  }));
}

function placeholderValues(placeholder = ""): Values {
  return placeholder.includes("|") ? placeholder.split("|") : (byPlaceholder[placeholder] ?? "anything");
}
