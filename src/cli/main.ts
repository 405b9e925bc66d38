/** The command line: finds the command, runs it, and turns whatever is thrown into a message and a status. */
import { asTouchmarkError, catalogue } from "../core/errors.ts";
import { parseArguments, usageError } from "./arguments.ts";
import { closest } from "./closest.ts";
import { commands, commandsOf, groups, type CommandEntry } from "./commands.ts";
import type { Io } from "./io.ts";
import { processIo } from "./process-io.ts";
import { renderError } from "./render/error.ts";
import { settleStatus } from "./settle-status.ts";

/** Runs one command line, the words after `touchmark`; returns the exit status and never throws. */
export async function main(words: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(words, io);
  } catch (thrown) {
    return report(thrown, io);
  }
}

/** Runs the command line of this process. */
export async function run(): Promise<void> {
  const io = processIo();
  await settleStatus(() => main(process.argv.slice(2), io), io);
}

async function dispatch(words: readonly string[], io: Io): Promise<number> {
  const [first, second] = words;
  if (first === undefined || asksForHelp(first)) return dispatch(["help"], io);
  if (groups.includes(first) && asksForHelp(second)) return dispatch(["help", first], io);
  if (first === "--version") return dispatch(["version", ...words.slice(1)], io);
  const entry = findCommand(words);
  const { command } = await entry.load();
  const args = parseArguments(entry.name, command, words.slice(entry.name.split(" ").length));
  if (!args.has("help")) return command.run(args, io);
  const { helpFor } = await import("./help.ts");
  io.stdout.write(helpFor(entry.name, command));
  return 0;
}

function asksForHelp(word: string | undefined): boolean {
  return word === "--help" || word === "-h";
}

function findCommand(words: readonly string[]): CommandEntry {
  const entry = commands.find(({ name }) => name.split(" ").every((word, i) => words[i] === word));
  if (entry) return entry;
  const [first = ""] = words;
  const group = commandsOf(first).map(({ name }) => `touchmark ${name}`);
  if (group.length > 0) throw usageError(`${JSON.stringify(first)} is followed by another word: ${group.join(", ")}`);
  const near = closest(
    first,
    commands.map(({ name }) => name),
  );
  throw usageError(`unknown command ${JSON.stringify(first)}${near === undefined ? "" : `; did you mean ${near}?`}`);
}

/** Returns the exit status. */
export function report(thrown: unknown, io: Io): number {
  io.stderr.write(renderError(thrown, io.env));
  return catalogue[asTouchmarkError(thrown).code].exit;
}
