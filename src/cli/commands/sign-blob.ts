import { TouchmarkError } from "../../core/errors.ts";
import { signFile, type FileSigned } from "../../engine/sign-file.ts";
import { fileFormat } from "../../formats/all.ts";
import { usageError } from "../arguments.ts";
import { bundleFlag, bundleOf } from "../bundle-flag.ts";
import { bundleOutput } from "../bundle-output.ts";
import type { Command } from "../command.ts";
import { deadlineOf, outputFlag, timeoutFlag } from "../common.ts";
import { readFileOperand } from "../file-operand.ts";
import { noRecord } from "../recorder.ts";
import { signedFields } from "../render/signed.ts";
import { clean, field } from "../render/text.ts";
import { openSigner, signingFlags } from "../signing.ts";

export const command: Command = {
  usage: "[--key KEY] --bundle FILE [flags] FILE|-",
  summary: "Sign a file",
  details: [
    "Without --key, who signs is said by an identity token: of the CI job, or of a person who signs in.",
    "The signature is written to a sigstore bundle, to be handed on beside the file. A bundle that is there already is written anew;",
    "any other file is left alone. A file of up to 512 MiB is signed; of a larger one, sign the checksum.",
  ].join("\n"),
  flags: [...signingFlags, bundleFlag("Write the signature here"), outputFlag, timeoutFlag],
  operands: { min: 1, max: 1, value: "FILE" },
  examples: [{ command: "touchmark sign-blob --key touchmark.key --bundle app.sigstore.json app.tar", explains: "Sign a file" }],
  async run(args, io) {
    const json = args.choice("output", ["text", "json"]) === "json";
    const path = bundleOf(args);
    if (path === undefined) throw usageError("nothing says where the signature shall go", "Name a file: --bundle app.sigstore.json.");
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const output = await bundleOutput(path, fileFormat.files, signal);
    const { signer, ready } = await openSigner(args, io, {
      formats: [fileFormat.name],
      secret: "nothing says that everybody may know of this file",
      isPublic: () => Promise.resolve(false),
      signal,
    });
    if ("envelop" in signer) throw forImages();
    const [file] = await Promise.all([readFileOperand(args.operand(0), io, signal), ready]);
    const { made, evidence } = await signFile(file, { format: fileFormat, signer, recorder: noRecord, signal });
    await output.write(evidence);
    io.stdout.write(json ? `${JSON.stringify({ ...made, bundle: path })}\n` : render(made, path));
    return 0;
  },
};

function forImages(): TouchmarkError {
  return new TouchmarkError("UNSUPPORTED", "the plugin makes envelopes whole, which it does for images alone", {
    hint: "Sign files with a plugin that makes raw signatures (SIGNATURE_GENERATOR.RAW).",
  });
}

function render({ reference, digest, format, by, logged }: FileSigned, bundle: string): string {
  return [
    `signed  ${clean(reference)}\n`,
    field("digest", digest),
    field("signature", `${format} in ${bundle}`),
    signedFields(by, logged),
  ].join("");
}
