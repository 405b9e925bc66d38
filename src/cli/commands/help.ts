import { usageError } from "../arguments.ts";
import type { Command } from "../command.ts";
import { commands } from "../commands.ts";
import { helpFor, overview } from "../help.ts";

export const command: Command = {
  usage: "[COMMAND]",
  summary: "Show help for a command",
  flags: [],
  operands: { min: 0, max: 2 },
  examples: [{ command: "touchmark help sign", explains: "How do I sign?" }],
  async run(args, io) {
    const name = args.operands.join(" ");
    const entry = commands.find((candidate) => candidate.name === name);
    if (name !== "" && !entry) throw usageError(`unknown command ${JSON.stringify(name)}`, "'touchmark help' lists the commands.");
    io.stdout.write(entry ? helpFor(entry.name, (await entry.load()).command) : overview());
    return 0;
  },
};
