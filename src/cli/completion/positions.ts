/** The command line as a shell sees it: from which words one can go on, and with what. Made of what the commands declare. */
import { help } from "../arguments.ts";
import { commands, commandsOf, groups } from "../commands.ts";
import type { Flag, Grammar } from "../grammar.ts";

export interface Position {
  /** The words that lead here from `touchmark`, each after a blank; empty at the start. */
  readonly path: string;
  /** What may be the next word, where only certain words may. */
  readonly next: readonly Word[];
  readonly flags: readonly FlagValues[];
  readonly operands: ValueKind;
}

export interface Word {
  readonly name: string;
  readonly summary?: string;
}

export interface FlagValues extends Flag {
  /** Undefined for a flag that is on or off. */
  readonly values: Values | undefined;
}

/** Paths, or what no shell can know. */
export type ValueKind = "files" | "folders" | "anything";

/** One of these words, or of a kind. */
export type Values = readonly string[] | ValueKind;

const byPlaceholder: Readonly<Record<string, ValueKind>> = { FILE: "files", KEY: "files", PREFIX: "files", DIR: "folders" };

/** Loads every command. */
export async function positions(): Promise<readonly Position[]> {
  const loaded = await Promise.all(commands.map(async (entry) => ({ name: entry.name, command: (await entry.load()).command })));
  const version = { name: "version", summary: "Show the version" };
  return [
    { path: "", next: wordsOf(), flags: flagValues([version]), operands: "anything" },
    ...groups.flatMap((group) => [` ${group}`, ` help ${group}`].map((path) => ofGroup(path, group))),
    ...loaded.map(({ name, command }) => ofCommand(` ${name}`, command)),
  ];
}

function ofGroup(path: string, group: string): Position {
  return { path, next: wordsOf(group), flags: flagValues([]), operands: "anything" };
}

function ofCommand(path: string, { flags, operands }: Grammar): Position {
  const values = valuesOf(operands.value);
  const first = valuesOf(operands.first);
  const common = { path, flags: flagValues(flags) };
  if (operands.value === "COMMAND") return { ...common, next: wordsOf(), operands: "anything" };
  if (typeof values === "string") return { ...common, next: typeof first === "string" ? [] : wordsFrom(first), operands: values };
  return { ...common, next: wordsFrom(values), operands: "anything" };
}

const wordsFrom = (names: readonly string[]): readonly Word[] => names.map((name) => ({ name }));

/** The first words of all commands, or the second ones of a group's. */
function wordsOf(group?: string): readonly Word[] {
  if (group !== undefined) return commandsOf(group).map(({ name, summary }) => ({ name: name.slice(group.length + 1), summary }));
  const namesIn = (name: string): string =>
    wordsOf(name)
      .map((word) => word.name)
      .join(", ");
  return [...commands.filter(({ name }) => !name.includes(" ")), ...groups.map((name) => ({ name, summary: namesIn(name) }))];
}

function flagValues(flags: readonly Flag[]): readonly FlagValues[] {
  return [...flags, help].map((flag) => ({
    ...flag,
    values: flag.value === undefined ? undefined : (flag.choices ?? valuesOf(flag.value)),
  }));
}

function valuesOf(placeholder = ""): Values {
  return placeholder.includes("|") ? placeholder.split("|") : (byPlaceholder[placeholder] ?? "anything");
}
