/** The entry point: finds the command, runs it, and turns any error into a message and an exit status. */
import { asTouchmarkError, catalogue, type TouchmarkError } from "../core/errors.ts";
import { closest } from "../core/closest.ts";
import { commandsOf, groupsOf, type CommandEntry } from "./command.ts";
import { parseCommandLine } from "./command-line.ts";
import { commands } from "./commands.ts";
import type { Io } from "./io.ts";
import { processIo } from "./process-io.ts";
import { renderError } from "./render/error.ts";
import { settleStatus } from "./settle-status.ts";
import { usageError } from "./usage-error.ts";

/** Runs one command line, given as the words after `touchmark`; returns the exit status and never throws. */
export async function main(words: readonly string[], io: Io, list: readonly CommandEntry[]): Promise<number> {
  try {
    return await dispatch(words, io, list);
  } catch (thrown) {
    return report(thrown, io);
  }
}

/** Runs the command line of this process. */
export async function run(): Promise<void> {
  const io = processIo();
  await settleStatus(() => main(process.argv.slice(2), io, commands), io);
}

async function dispatch(words: readonly string[], io: Io, list: readonly CommandEntry[]): Promise<number> {
  const [first, second] = words;
  const groups = groupsOf(list);
  if (first === undefined || asksForHelp(first)) return dispatch(["help"], io, list);
  if (groups.includes(first) && asksForHelp(second)) return dispatch(["help", first], io, list);
  if (groups.includes(first) && second === undefined) return helpWith(commandsOf(list, first), io);
  if (first === "--version") return dispatch(["version", ...words.slice(1)], io, list);
  const entry = list.find(({ name }) => name.split(" ").every((word, i) => words[i] === word));
  if (!entry) throw unknownCommand(words, list);
  const { command } = await entry.load();
  const line = parseCommandLine(entry.name, command, words.slice(entry.name.split(" ").length));
  if (!line.asksForHelp) return command.run(line, io, list);
  const { helpFor } = await import("./help.ts");
  io.stdout.write(helpFor(entry, command));
  return 0;
}

function asksForHelp(word: string | undefined): boolean {
  return word === "--help" || word === "-h";
}

/** Prints the help of a group to stderr, since the name of a group alone is not a command. */
async function helpWith(group: readonly CommandEntry[], io: Io): Promise<number> {
  const { overview } = await import("./help.ts");
  io.stderr.write(overview(group));
  return catalogue.USAGE.exit;
}

function unknownCommand([first = "", second = ""]: readonly string[], list: readonly CommandEntry[]): TouchmarkError {
  if (/^-.*$/s.test(first)) {
    const name = /^--?[a-z][a-z-]{0,40}/.exec(first)?.[0];
    return usageError(
      `unknown flag ${name ?? JSON.stringify(first.slice(0, 40))}; flags follow the command`,
      "Write touchmark COMMAND [flags] [arguments]; 'touchmark help' lists the commands.",
    );
  }
  const group = commandsOf(list, first);
  const suggestion = (word: string, names: readonly string[], before = ""): string => {
    const near = closest(word, names);
    return near === undefined ? "" : `; did you mean ${before}${near}?`;
  };
  const all = list.map(({ name }) => name);
  if (group.length === 0) return usageError(`unknown command ${JSON.stringify(first)}${suggestion(first, [...all, ...groupsOf(list)])}`);
  const seconds = group.map(({ name }) => name.slice(first.length + 1));
  const listed = group.map(({ name }) => `touchmark ${name}`).join(", ");
  return usageError(`${JSON.stringify(first)} is followed by another word: ${listed}${suggestion(second, seconds, `${first} `)}`);
}

/** Prints the error; returns the exit status. */
export function report(thrown: unknown, io: Io): number {
  io.stderr.write(renderError(thrown, io.env));
  return catalogue[asTouchmarkError(thrown).code].exit;
}
