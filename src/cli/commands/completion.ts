import { usageError } from "../usage-error.ts";
import { defineCommand, type Command } from "../command.ts";
import { bash } from "../completion/bash.ts";
import { fish } from "../completion/fish.ts";
import { positions } from "../completion/positions.ts";
import { zsh } from "../completion/zsh.ts";

const scripts = new Map([
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
]);

export const command: Command = defineCommand({
  usage: "bash|zsh|fish",
  details: [
    "Write it to where your shell looks for such scripts, and begin a new shell:",
    "",
    "  bash  touchmark completion bash > ~/.local/share/bash-completion/completions/touchmark",
    "        or, without the package bash-completion, in ~/.bashrc: source <(touchmark completion bash)",
    "  zsh   touchmark completion zsh > FOLDER/_touchmark, where FOLDER is on fpath before compinit runs in ~/.zshrc",
    "        or after it in ~/.zshrc: source <(touchmark completion zsh)",
    "  fish  touchmark completion fish > ~/.config/fish/completions/touchmark.fish",
  ].join("\n"),
  flags: {},
  operands: { min: 1, max: 1, value: "bash|zsh|fish" },
  examples: [
    { command: "touchmark completion bash", explains: "Print the script for bash" },
    { command: "touchmark completion zsh", explains: "For zsh" },
    { command: "touchmark completion fish", explains: "For fish" },
  ],
  async run(args, io, commands) {
    const script = scripts.get(args.operands[0]);
    if (!script) throw usageError(`the shell is one of ${[...scripts.keys()].join(", ")}; found ${JSON.stringify(args.operands[0])}`);
    io.stdout.write(script(await positions(commands)));
    return 0;
  },
});
