/** Parses the words of a command line by the flags and operands of its command. */
import { parseArgs } from "node:util";
import type { TouchmarkError } from "../core/errors.ts";
import { closest } from "../core/closest.ts";
import { flag, spell, type Flag, type Flags, type ValuesOf } from "./flags/flag.ts";
import { foreignFlag } from "./flags/foreign.ts";
import type { Grammar } from "./grammar.ts";
import { usageError } from "./usage-error.ts";

export interface CommandLine {
  readonly operands: readonly string[];
  /** The values of each flag, in order, by property; `""` for a flag without a value. */
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly asksForHelp: boolean;
}

/** A flag under one of its names, without dashes. */
export interface NamedFlag extends Flag {
  readonly name: string;
}

const helpFlag: Flag<boolean> = flag.boolean({ short: "h", summary: "Show this help" });
const help: NamedFlag = { ...helpFlag, name: "help" };

/** The flags in the order of help and completion; `--help` is the last. */
export function namedFlags(flags: Flags): readonly NamedFlag[] {
  const shown = Object.entries(flags).filter(([, { hidden }]) => hidden !== true);
  return [...shown.map(([property, one]) => ({ ...one, name: spell(property).slice(2) })), help];
}

/** Parses the words after the command's name. Throws USAGE, with the nearest flag for a misspelt one. */
export function parseCommandLine(command: string, grammar: Grammar, words: readonly string[]): CommandLine {
  const known = [...Object.entries(grammar.flags).flatMap(spellings), { property: "help", name: help.name, flag: help }];
  const byName = new Map(known.map((one) => [one.name, one]));
  const options = Object.fromEntries(
    known.map(({ name, flag: { short, value, oldNames } }) => [
      name,
      {
        type: value === undefined ? "boolean" : "string",
        multiple: true,
        ...(short !== undefined && oldNames?.includes(name) !== true && { short }),
      } as const,
    ]),
  );
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });

  const operands: string[] = [];
  const given = new Map<string, readonly string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const found = byName.get(token.name);
    if (!found) throw unknownFlag(command, token.rawName, grammar.flags);
    const { property, name, flag: taken } = found;
    checkValue(name, taken, token.value, token.inlineValue);
    const earlier = given.get(property) ?? [];
    if (earlier.length > 0 && taken.repeatable !== true && taken.value !== undefined) throw usageError(`--${name} is given more than once`);
    given.set(property, [...earlier, token.value ?? ""]);
  }
  const asksForHelp = helpFlag.read(given.get(help.name) ?? [], "--help");
  if (!asksForHelp) checkOperands(command, grammar, operands);
  return { operands, given, asksForHelp };
}

/** The typed values of the flags. Throws USAGE for an invalid value. */
export function valuesOf<F extends Flags>(flags: F, { given }: Pick<CommandLine, "given">): ValuesOf<F> {
  const read = Object.entries(flags).map(([property, one]) => [property, one.read(given.get(property) ?? [], spell(property))]);
  const values: ValuesOf<F> = Object.fromEntries(read); // each value has its flag's type
  return values;
}

interface Spelling {
  readonly property: string;
  /** Without dashes. */
  readonly name: string;
  readonly flag: Flag;
}

function spellings([property, one]: readonly [string, Flag]): readonly Spelling[] {
  return [spell(property).slice(2), ...(one.oldNames ?? [])].map((name) => ({ property, name, flag: one }));
}

function checkValue(name: string, { value: placeholder }: Flag, value: string | undefined, inline: boolean | undefined): void {
  if (placeholder === undefined) {
    if (value === "") throw usageError(`--${name} takes no value, or true or false; found nothing after the =`);
    return;
  }
  if (value === undefined) throw usageError(`--${name} needs a value: ${placeholder}`);
  if (inline !== true && value.startsWith("-") && value !== "-") {
    const next = /^--?[a-z][a-z-]{0,40}$/.test(value) ? JSON.stringify(value) : "what follows"; // the value may be a private key: never repeat it
    throw usageError(`--${name} needs a value, and ${next} looks like a flag; write --${name}=${placeholder} if it is meant`);
  }
}

function checkOperands(command: string, { usage, operands: { min, max } }: Grammar, operands: readonly string[]): void {
  const bad =
    operands.length < min
      ? "too few arguments"
      : operands.length > max
        ? `unexpected argument ${JSON.stringify(operands[max])}`
        : undefined;
  if (bad !== undefined) throw usageError(`${bad}; usage: touchmark ${command} ${usage}`, `See 'touchmark ${command} --help'.`);
}

function unknownFlag(command: string, given: string, flags: Flags): TouchmarkError {
  const name = given.replace(/^-+/, "");
  const hint = foreignFlag(name, command) ?? `See 'touchmark ${command} --help'.`;
  const names = namedFlags(flags).map((one) => one.name);
  const near = foreignFlag(name, command) === undefined && given.startsWith("--") ? closest(name, names) : undefined;
  return usageError(`unknown flag ${given}${near === undefined ? "" : `; did you mean --${near}?`}`, hint);
}
