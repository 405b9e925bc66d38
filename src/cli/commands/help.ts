import { usageError } from "../usage-error.ts";
import { commandsOf, defineCommand, type Command } from "../command.ts";
import { helpFor, overview } from "../help.ts";

export const command: Command = defineCommand({
  usage: "[COMMAND]",
  flags: {},
  operands: { min: 0, max: 2, value: "COMMAND" },
  examples: [
    { command: "touchmark help sign", explains: "How do I sign?" },
    { command: "touchmark help keys", explains: "What is there for keys?" },
  ],
  async run(args, io, commands) {
    const name = args.operands.join(" ");
    const entry = commands.find((candidate) => candidate.name === name);
    const listed = name === "" ? commands : commandsOf(commands, name);
    if (!entry && listed.length === 0) throw usageError(`unknown command ${JSON.stringify(name)}`, "'touchmark help' lists the commands.");
    io.stdout.write(entry ? helpFor(entry, (await entry.load()).command) : overview(listed));
    return 0;
  },
});
