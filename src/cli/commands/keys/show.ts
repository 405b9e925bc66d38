import { readPublicKeyFile } from "../../../trust-sources/key-files.ts";
import { bundleHint } from "../../../core/keys/public-key.ts";
import { defineCommand, type Command } from "../../command.ts";
import { outputFlags } from "../../flags/common.ts";
import { field } from "../../render/text.ts";
import { commandLimits } from "../../limits.ts";

export const command: Command = defineCommand({
  usage: "[flags] KEY…",
  details: "KEY is a public key: a file (PEM key or certificate), or env://VARIABLE. The hint is how sigstore bundles name the key.",
  flags: outputFlags,
  operands: { min: 1, max: commandLimits.operands, value: "KEY" },
  examples: [{ command: "touchmark keys show touchmark.pub", explains: "Which key is this?" }],
  async run(args, io) {
    const json = args.output === "json";
    const keys = await Promise.all(args.operands.map((name) => readPublicKeyFile(name, { env: io.env, signal: io.signal })));
    for (const [i, key] of keys.entries()) {
      const shown = { name: args.operands[i] ?? "", algorithm: key.algorithm.name, fingerprint: key.fingerprint, hint: bundleHint(key) };
      const text = `${shown.name}\n${field("algorithm", shown.algorithm)}${field("key", `sha256:${shown.fingerprint}`)}${field("hint", shown.hint)}`;
      io.stdout.write(json ? `${JSON.stringify(shown)}\n` : text);
    }
    return 0;
  },
});
