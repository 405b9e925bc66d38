import { TouchmarkError } from "../../core/errors.ts";
import { signFile, type FileSigned } from "../../engine/sign-file.ts";
import { defaultFormat, fileFormats } from "../../formats/all.ts";
import type { FormatOfFiles } from "../../formats/format.ts";
import { usageError } from "../usage-error.ts";
import { bundleFlag, signatureFlag, type SignatureFileArgs } from "../flags/signature-file.ts";
import { signingFlags, type SigningArgs } from "../flags/signing.ts";
import { signaturePath } from "../signature-file.ts";
import { bundleOutput } from "../bundle-output.ts";
import { defineCommand, type Command } from "../command.ts";
import { flag } from "../flags/flag.ts";
import { deadlineOf } from "../deadline.ts";
import { annotationsFlag, outputFlags, timeoutFlags } from "../flags/common.ts";
import { signingTime } from "../signing-time.ts";
import { readFileOperand } from "../file-operand.ts";
import { mediaTypeFlag, fileMediaType } from "../media-type.ts";
import { noRecord } from "../recorder.ts";
import { signedFields } from "../render/signed.ts";
import { clean, field } from "../render/text.ts";
import { openSignerFor, signatureOptionsOf } from "../signing.ts";

const formatNames = fileFormats.map(({ name }) => name);
const allSuffixes = fileFormats.flatMap(({ files }) => Object.values(files.suffixes ?? {}));

export const command: Command = defineCommand({
  usage: "[--key KEY] --bundle FILE [flags] FILE|-",
  details: [
    "Without --key, an OIDC identity token names the signer: from the CI job, or from an interactive login.",
    "The signature is written to a sigstore bundle, to be handed on beside the file. A bundle that is there already is written anew;",
    "any other file is left alone. A file of up to 512 MiB is signed; of a larger one, sign the checksum.",
    "With --format notation a file of any size is signed for the Notary Project, into FILE.jws.sig or FILE.cose.sig.",
  ].join("\n"),
  flags: {
    ...signingFlags,
    format: flag.choice(formatNames, { summary: "Signature format (bundle)" }),
    bundle: bundleFlag("Write the signature here"),
    signature: signatureFlag("The same, FILE.jws.sig or FILE.cose.sig if not said"),
    annotations: annotationsFlag("Annotation that the signature shall carry, for the Notary Project"),
    allowImagePayload: flag.boolean({ summary: "Sign a file whose signature could be passed off as one of an image" }),
    mediaType: mediaTypeFlag("What the file is said to be (application/octet-stream)"),
    ...outputFlags,
    ...timeoutFlags,
  },
  operands: { min: 1, max: 1, value: "FILE" },
  examples: [
    { command: "touchmark sign-blob --key touchmark.key --bundle app.sigstore.json app.tar", explains: "Sign a file" },
    {
      command: "touchmark sign-blob --format notation --key company.key --certificate-chain company.pem app.tar",
      explains: "Sign it for the Notary Project, into app.tar.jws.sig",
    },
  ],
  async run(args, io) {
    const json = args.output === "json";
    const format = chosenFormat(args.format);
    const signature = { ...signatureOptionsOf(args, io), at: signingTime(io), allowsImagePayload: args.allowImagePayload };
    const annotations = args.annotations;
    const mediaType = fileMediaType(args);
    const path = outputOf(args, args.operands[0], format);
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const output = await bundleOutput(path, format.files, signal);
    await using opened = await openSignerFor(
      args,
      io,
      {
        formats: [format],
        secret: "the file may be private",
        isPublic: () => Promise.resolve(false),
      },
      signal,
    );
    const { signer, ready } = opened;
    if ("envelop" in signer) throw forImages();
    const reading = await (await format.writers.signature.open()).readingFor(() => signer.describe(signal));
    const [file] = await Promise.all([readFileOperand(args.operands[0], io, reading, signal), ready]);
    const { made, evidence } = await signFile(
      { ...file, ...mediaType },
      { format, signer, annotations, signature, recorder: noRecord, signal },
    );
    await output.write(evidence);
    io.stdout.write(json ? `${JSON.stringify({ ...made, bundle: path })}\n` : render(made, path));
    return 0;
  },
});

function forImages(): TouchmarkError {
  return new TouchmarkError("UNSUPPORTED", "the plugin makes whole envelopes, which is possible for images only", {
    hint: "Sign files with a plugin that makes raw signatures (SIGNATURE_GENERATOR.RAW).",
  });
}

function chosenFormat(name = defaultFormat.name): FormatOfFiles {
  return fileFormats.find((format) => format.name === name) ?? defaultFormat;
}

/** The path of the signature. Throws USAGE if no flag names it, and for a suffix of another envelope type. */
function outputOf(args: SignatureFileArgs & Pick<SigningArgs, "envelope">, file: string, { writers }: FormatOfFiles): string {
  const { envelopes } = writers.signature.abilities;
  const { suffix } = envelopes.find(({ type }) => type === (args.envelope ?? "jws")) ?? {};
  const given = signaturePath(args);
  if (given === undefined) {
    if (suffix !== undefined && file !== "-") return `${file}${suffix}`;
    throw usageError("nothing says where the signature shall go", "Name a file: --bundle app.sigstore.json, or --signature app.jws.sig.");
  }
  const other = allSuffixes.find((end) => end !== suffix && given.toLowerCase().endsWith(end));
  if (other !== undefined) throw usageError(`${given} ends in ${other}, which says that another kind of signature is in it`);
  return given;
}

function render({ reference, digest, format, by, logged }: FileSigned, bundle: string): string {
  return [
    `signed  ${clean(reference)}\n`,
    field("digest", digest),
    field("signature", `${format} in ${bundle}`),
    signedFields(by, logged),
  ].join("");
}
