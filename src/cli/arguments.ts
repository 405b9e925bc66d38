/** A command line against its grammar: read once, then asked by name. */
import { parseArgs } from "node:util";
import { TouchmarkError } from "../core/errors.ts";
import type { Flag, Grammar } from "./grammar.ts";
import { closest } from "./closest.ts";

export class Arguments {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(operands: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.operands = operands;
    this.#values = values;
  }

  /** The operand in this place; the grammar has seen to it that there is one. */
  operand(index: number): string {
    return this.operands[index] ?? "";
  }

  /** Whether an on-or-off flag is on, or a flag with a value was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last value given. */
  value(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values given, in order. */
  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The value, which must be one of these; absent is the first. */
  choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const value = this.value(name) ?? choices[0];
    return oneOf(name, value, choices);
  }
}

export function oneOf<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw usageError(`--${name} is one of ${choices.join(", ")}; found ${JSON.stringify(value)}`);
}

/** Reads the words after the command's name. Throws USAGE, with the nearest flag where one is misspelt. */
export function parseArguments(name: string, grammar: Grammar, words: readonly string[]): Arguments {
  const flags = [...grammar.flags, help];
  const byName = new Map(flags.map((flag) => [flag.name, flag]));
  const options = Object.fromEntries(
    flags.map(({ name: flag, short, value }) => [
      flag,
      { type: value === undefined ? "boolean" : "string", multiple: true, ...(short && { short }) } as const,
    ]),
  );
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });

  const operands: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const flag = byName.get(token.name);
    if (!flag) throw unknownFlag(name, token.rawName, flags);
    checkValue(flag, token.value, token.inlineValue);
    const earlier = values.get(flag.name) ?? [];
    if (earlier.length > 0 && flag.repeatable !== true && flag.value !== undefined)
      throw usageError(`--${flag.name} is given more than once`);
    values.set(flag.name, [...earlier, token.value ?? ""]);
  }
  const args = new Arguments(operands, values);
  if (!args.has(help.name)) checkOperands(name, grammar, operands);
  return args;
}

export const help: Flag = { name: "help", short: "h", summary: "Show this help" };

function checkValue(flag: Flag, value: string | undefined, inline: boolean | undefined): void {
  if (flag.value === undefined && value !== undefined) throw usageError(`--${flag.name} takes no value`);
  if (flag.value === undefined) return;
  if (value === undefined) throw usageError(`--${flag.name} needs a value: ${flag.value}`);
  if (inline !== true && value.startsWith("-") && value !== "-") {
    const next = /^--?[a-z][a-z-]{0,40}$/.test(value) ? JSON.stringify(value) : "what follows"; // a key itself, perhaps: not to be repeated
    throw usageError(`--${flag.name} needs a value, and ${next} looks like a flag; write --${flag.name}=${flag.value} if it is meant`);
  }
}

function checkOperands(name: string, { usage, operands: { min, max } }: Grammar, operands: readonly string[]): void {
  const bad =
    operands.length < min
      ? "too few arguments"
      : operands.length > max
        ? `unexpected argument ${JSON.stringify(operands[max])}`
        : undefined;
  if (bad !== undefined) throw usageError(`${bad}; usage: touchmark ${name} ${usage}`, `See 'touchmark ${name} --help'.`);
}

function unknownFlag(command: string, given: string, flags: readonly Flag[]): TouchmarkError {
  const near = closest(
    given.replace(/^-+/, ""),
    flags.map((flag) => flag.name),
  );
  return usageError(`unknown flag ${given}${near === undefined ? "" : `; did you mean --${near}?`}`, `See 'touchmark ${command} --help'.`);
}

export function usageError(message: string, hint?: string): TouchmarkError {
  return new TouchmarkError("USAGE", message, hint === undefined ? {} : { hint });
}
