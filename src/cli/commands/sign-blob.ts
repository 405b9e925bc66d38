import { signFile, type FileSigned } from "../../engine/sign-file.ts";
import { fileFormat } from "../../formats/all.ts";
import { openKeyFile } from "../../signers/file/key-file.ts";
import { usageError } from "../arguments.ts";
import { bundleFlag, bundleOf } from "../bundle-flag.ts";
import { bundleOutput } from "../bundle-output.ts";
import type { Command } from "../command.ts";
import { deadlineOf, outputFlag, timeoutFlag } from "../common.ts";
import { readFileOperand } from "../file-operand.ts";
import { passwordFor } from "../password.ts";
import { noRecord } from "../recorder.ts";
import { clean, field } from "../render/text.ts";

export const command: Command = {
  usage: "--key KEY --bundle FILE [flags] FILE|-",
  summary: "Sign a file",
  details: [
    "The signature is written to a sigstore bundle, to be handed on beside the file. A bundle that is there already is written anew;",
    "any other file is left alone. A file of up to 512 MiB is signed; of a larger one, sign the checksum.",
  ].join("\n"),
  flags: [
    { name: "key", value: "KEY", summary: "Private key: a file (cosign's encrypted key, or PEM), or env://VARIABLE" },
    bundleFlag("Write the signature here"),
    outputFlag,
    timeoutFlag,
  ],
  operands: { min: 1, max: 1, value: "FILE" },
  examples: [{ command: "touchmark sign-blob --key touchmark.key --bundle app.sigstore.json app.tar", explains: "Sign a file" }],
  async run(args, io) {
    const json = args.choice("output", ["text", "json"]) === "json";
    const key = args.value("key");
    if (key === undefined)
      throw usageError("nothing says which key shall sign", "Name it: --key touchmark.key. 'touchmark keys generate' makes one.");
    const path = bundleOf(args);
    if (path === undefined) throw usageError("nothing says where the signature shall go", "Name a file: --bundle app.sigstore.json.");
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const output = await bundleOutput(path, fileFormat.files, signal);
    const signer = openKeyFile({ reference: key, password: () => passwordFor(key, io), env: io.env });
    await signer.describe(signal); // who cannot sign need not read
    const file = await readFileOperand(args.operand(0), io, signal);
    const signed = await signFile(file, { format: fileFormat, signer, recorder: noRecord, signal });
    await output.write(signed.evidence);
    io.stdout.write(json ? toJson(signed, path) : toText(signed, path));
    return 0;
  },
};

function toJson({ reference, digest, format, key }: FileSigned, bundle: string): string {
  return `${JSON.stringify({ reference, digest, format, bundle, key })}\n`;
}

function toText({ reference, digest, format, key }: FileSigned, bundle: string): string {
  return [
    `signed  ${clean(reference)}\n`,
    field("digest", digest),
    field("signature", `${format} in ${bundle}`),
    field("key", `sha256:${key}`),
  ].join("");
}
