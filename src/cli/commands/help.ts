import { usageError } from "../arguments.ts";
import type { Command } from "../command.ts";
import { commands, commandsOf } from "../commands.ts";
import { helpFor, overview } from "../help.ts";

export const command: Command = {
  usage: "[COMMAND]",
  summary: "Show help for a command",
  flags: [],
  operands: { min: 0, max: 2, value: "COMMAND" },
  examples: [
    { command: "touchmark help sign", explains: "How do I sign?" },
    { command: "touchmark help keys", explains: "What is there for keys?" },
  ],
  async run(args, io) {
    const name = args.operands.join(" ");
    const entry = commands.find((candidate) => candidate.name === name);
    const listed = name === "" ? commands : commandsOf(name);
    if (!entry && listed.length === 0) throw usageError(`unknown command ${JSON.stringify(name)}`, "'touchmark help' lists the commands.");
    io.stdout.write(entry ? helpFor(entry.name, (await entry.load()).command) : overview(listed));
    return 0;
  },
};
