/** A command as data: its flags and operands, its help, and its function. */
import type { Flags, ValuesOf } from "./flags/flag.ts";
import type { Grammar, Operands } from "./grammar.ts";
import type { Io } from "./io.ts";
import { usageError } from "./usage-error.ts";
import { valuesOf, type CommandLine } from "./command-line.ts";

interface CommandText extends Grammar {
  /** Paragraphs for --help, if the summary is not enough. */
  readonly details?: string;
  readonly examples: readonly CommandExample[];
}

export interface CommandExample {
  readonly command: string;
  readonly explains: string;
}

export interface Command extends CommandText {
  /** Reads the values of the flags and runs the command. Returns the exit status. Throws USAGE. */
  readonly run: (line: CommandLine, io: Io, commands: readonly CommandEntry[]) => Promise<number>;
}

/** A command in the list of all commands: with its name and summary, help need not load it. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<{ readonly command: Command }>;
}

/** The operands as a tuple with the minimum length. */
type OperandsOf<O extends Operands> = O extends { min: 1 }
  ? readonly [string, ...string[]]
  : O extends { min: 2 }
    ? readonly [string, string, ...string[]]
    : O extends { min: 3 }
      ? readonly [string, string, string, ...string[]]
      : readonly string[];

/** The values of the flags, by property, and the operands. */
export type ArgsOf<F extends Flags, O extends Operands> = ValuesOf<F> & { readonly operands: OperandsOf<O> };

export interface CommandDefinition<F extends Flags, O extends Operands> extends CommandText {
  readonly flags: F;
  readonly operands: O;
  /** Returns the exit status. `commands` is the list of all commands. */
  readonly run: (args: ArgsOf<F, O>, io: Io, commands: readonly CommandEntry[]) => Promise<number>;
}

/** Infers the argument type of `run` from the declared flags and operands. */
export function defineCommand<const F extends Flags, const O extends Operands>(definition: CommandDefinition<F, O>): Command {
  return {
    ...definition,
    run: (line, io, commands) => definition.run(argsOf(definition, line), io, commands),
  };
}

/** The values as the flags and operands declare them. Throws USAGE. */
export function argsOf<F extends Flags, O extends Operands>(
  grammar: { readonly flags: F; readonly operands: O },
  line: CommandLine,
): ArgsOf<F, O> {
  const { operands } = line;
  if (!areEnough<O>(operands, grammar.operands)) throw usageError("too few arguments"); // parseCommandLine has checked the count
  return { ...valuesOf(grammar.flags, line), operands };
}

function areEnough<O extends Operands>(operands: readonly string[], { min }: O): operands is OperandsOf<O> {
  return operands.length >= min;
}

/** The first words of commands that have two. */
export function groupsOf(commands: readonly CommandEntry[]): readonly string[] {
  return [...new Set(commands.flatMap(({ name }) => /^(\S+) /.exec(name)?.[1] ?? []))];
}

/** The commands of a group. */
export function commandsOf(commands: readonly CommandEntry[], group: string): readonly CommandEntry[] {
  return commands.filter(({ name }) => name.startsWith(`${group} `));
}
