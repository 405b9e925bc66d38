import { bundleHint } from "../../../core/keys/public-key.ts";
import { generateKey, newKeyAlgorithms, defaultKeyAlgorithm } from "../../../signers/file/generate-key.ts";
import { writeKeyPair } from "../../../signers/file/write-key-pair.ts";
import { defineCommand, type Command } from "../../command.ts";
import { flag } from "../../flags/flag.ts";
import { outputFlags } from "../../flags/common.ts";
import { newPassword } from "../../password.ts";
import { field } from "../../render/text.ts";

export const command: Command = defineCommand({
  usage: "[flags]",
  details: [
    "Writes PREFIX.key, encrypted with a password as cosign does it, for you alone (mode 0600), and PREFIX.pub, to give away.",
    "The password comes from TOUCHMARK_PASSWORD or COSIGN_PASSWORD, else from the terminal. No file is ever overwritten.",
  ].join("\n"),
  flags: {
    algorithm: flag.choice(newKeyAlgorithms, {
      value: "NAME",
      default: defaultKeyAlgorithm,
      summary: `${newKeyAlgorithms.join(", ")} (${defaultKeyAlgorithm})`,
    }),
    outputKeyPrefix: flag.string({ value: "PREFIX", summary: "Path of both files without their endings (touchmark)" }),
    ...outputFlags,
  },
  operands: { min: 0, max: 0 },
  examples: [
    { command: "touchmark keys generate", explains: "Make touchmark.key and touchmark.pub" },
    {
      command: "touchmark keys generate --algorithm ed25519 --output-key-prefix release",
      explains: "Make release.key and release.pub of another kind",
    },
  ],
  async run(args, io) {
    const json = args.output === "json";
    const { algorithm } = args;
    const prefix = args.outputKeyPrefix ?? "touchmark";
    const password = await newPassword(io);
    const files = await writeKeyPair({ prefix, privateKey: await generateKey(algorithm), password, signal: io.signal });
    const { fingerprint } = files.publicKey;
    if (json) {
      const { privateKeyPath, publicKeyPath } = files;
      io.stdout.write(`${JSON.stringify({ privateKeyPath, publicKeyPath, algorithm, fingerprint, hint: bundleHint(files.publicKey) })}\n`);
    } else {
      io.stdout.write(
        `${field("private", files.privateKeyPath)}${field("public", files.publicKeyPath)}${field("key", `sha256:${fingerprint}`)}`,
      );
    }
    return 0;
  },
});
