import { version } from "../../core/version.ts";
import { defineCommand, type Command } from "../command.ts";
import { outputFlags } from "../flags/common.ts";

export const command: Command = defineCommand({
  usage: "[flags]",
  flags: outputFlags,
  operands: { min: 0, max: 0 },
  examples: [{ command: "touchmark version", explains: "Which version is this?" }],
  async run(args, io) {
    const node = process.versions.node;
    const json = args.output === "json";
    io.stdout.write(
      json ? `${JSON.stringify({ version, node, platform: `${process.platform}/${process.arch}` })}\n` : `touchmark ${version}\n`,
    );
    return 0;
  },
});
