import { version } from "../../core/version.ts";
import type { Command } from "../command.ts";
import { outputFlag } from "../common.ts";

export const command: Command = {
  usage: "[flags]",
  summary: "Show the version",
  flags: [outputFlag],
  operands: { min: 0, max: 0 },
  examples: [{ command: "touchmark version", explains: "Which version is this?" }],
  async run(args, io) {
    const node = process.versions.node;
    const json = args.choice("output", ["text", "json"]) === "json";
    io.stdout.write(
      json ? `${JSON.stringify({ version, node, platform: `${process.platform}/${process.arch}` })}\n` : `touchmark ${version}\n`,
    );
    return 0;
  },
};
