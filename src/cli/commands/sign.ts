import { asTouchmarkError, TouchmarkError } from "../../core/errors.ts";
import { formatReference, type Reference } from "../../core/oci/reference.ts";
import { sign } from "../../engine/sign.ts";
import type { EvidenceMade } from "../../engine/write-evidence.ts";
import { readAttached } from "../../engine/read-attached.ts";
import { defaultFormat, formats } from "../../formats/all.ts";
import type { Format } from "../../formats/format.ts";
import { usageError } from "../usage-error.ts";
import { signaturePath } from "../signature-file.ts";
import { bundleOutput } from "../bundle-output.ts";
import { defineCommand, type Command } from "../command.ts";
import { flag } from "../flags/flag.ts";
import { deadlineOf } from "../deadline.ts";
import { annotationsFlag, outputFlags, recursiveFlag } from "../flags/common.ts";
import { parseImageOperand } from "../image-operand.ts";
import { registryFlags } from "../flags/registry.ts";
import { bundleFlag } from "../flags/signature-file.ts";
import { signingFlags } from "../flags/signing.ts";
import { signingTime } from "../signing-time.ts";
import { exitOf } from "../exit.ts";
import type { Io } from "../io.ts";
import { sideBySide } from "../progress.ts";
import { noRecord } from "../recorder.ts";
import { haveAnonymousAccess } from "../../setup/anonymous-access.ts";
import { openRegistries } from "../../setup/registries.ts";
import { localSettings } from "../settings/local.ts";
import { registrySettings } from "../settings/registry.ts";
import { openSignerFor, signatureOptionsOf } from "../signing.ts";
import { renderError } from "../render/error.ts";
import { signedFields } from "../render/signed.ts";
import { clean, field } from "../render/text.ts";
import { commandLimits } from "../limits.ts";

const formatNames = formats.map(({ name }) => name);

export const command: Command = defineCommand({
  usage: "[--key KEY] [flags] REF…",
  details: [
    "Without --key, an OIDC identity token names the signer: from the CI job, or from an interactive login.",
    "What is signed is the digest that the reference names now; a tag can move, so name a digest where you know it.",
    "Signing again with the same key changes nothing. What was written is read back before it is reported.",
  ].join("\n"),
  flags: {
    ...signingFlags,
    format: flag.choices(formatNames, {
      summary: "Signature format (bundle)",
      hints: { cosign: "cosign's legacy form is called cosign-legacy; what cosign 3 writes is called bundle" },
    }),
    annotations: annotationsFlag("Annotation the signature shall carry"),
    recursive: recursiveFlag("Every image of an index too"),
    bundle: bundleFlag("Write the signature here too"),
    logUpload: flag.choice(["now", "later"], {
      default: "now",
      summary: "When to upload to the transparency log (now); later, with 'touchmark log flush'",
    }),
    force: flag.boolean({ summary: "Sign even if the same key has signed the same already" }),
    ...outputFlags,
    ...registryFlags,
  },
  operands: { min: 1, max: commandLimits.operands },
  examples: [
    { command: "touchmark sign --key touchmark.key registry.example/app:1.0", explains: "Sign an image" },
    {
      command: "touchmark sign --identity-token token.jwt registry.example/app:1.0",
      explains: "Sign with the token's identity, without a key",
    },
    {
      command: "touchmark sign --key touchmark.key --format bundle --format cosign-legacy -a build=42 registry.example/app:1.0",
      explains: "Sign for tools old and new, with an annotation",
    },
    {
      command: "touchmark sign --format notation --key company.key --certificate-chain company.pem registry.example/app:1.0",
      explains: "Sign for the Notary Project, with a certificate of my company's authority",
    },
  ],
  async run(args, io) {
    const output = args.output;
    const references = args.operands.map(parseImageOperand);
    const annotations = args.annotations;
    const path = signaturePath(args);
    if (path !== undefined) requireOneBundle(args, references);
    const settings = registrySettings(args, references, io);
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const bundle = path === undefined ? undefined : await bundleOutput(path, defaultFormat.files, signal);
    const chosen = chosenFormats(args.format);
    const { logUpload } = args;
    if (logUpload === "later") requireWaiting(chosen, path);
    await using opened = await openSignerFor(
      args,
      io,
      {
        formats: chosen,
        secret: "the image is not public",
        isPublic: () => haveAnonymousAccess(references, settings, { env: io.env, home: io.home, signal }),
        logUpload,
      },
      signal,
    );
    const { signer, isEphemeral, ready } = opened;
    const options = {
      formats: chosen,
      signer,
      annotations,
      at: signingTime(io),
      signature: signatureOptionsOf(args, io),
      recorder: noRecord,
      recursive: args.recursive,
      force: args.force || isEphemeral,
      signal,
    };
    const registries = await openRegistries(settings, { ...localSettings(io), signal });
    const signing = sideBySide(references, "signed", io, async (reference): Promise<Outcome> => {
      try {
        const repository = registries.open(reference);
        const made = await sign(repository, reference, options);
        const [first] = made;
        if (bundle && first) await bundle.write(await readAttached(repository, first.manifest, defaultFormat.files, signal));
        return { reference, made };
      } catch (error) {
        return { reference, error };
      }
    });
    const [outcomes] = await Promise.all([signing, ready]);
    for (const outcome of outcomes) show(outcome, output, io);
    return exitOf(outcomes.map((outcome) => ("error" in outcome ? asTouchmarkError(outcome.error).code : undefined)));
  },
});

function requireOneBundle(
  args: { readonly recursive: boolean; readonly format: readonly string[] },
  references: readonly Reference[],
): void {
  if (references.length > 1 || args.recursive) throw usageError("--bundle takes the signature of one image, and more are named");
  const others = chosenFormats(args.format).filter(({ name }) => name !== defaultFormat.name);
  if (others.length > 0) throw usageError(`--bundle takes a signature of format ${defaultFormat.name}, not of ${others[0]?.name}`);
}

/** Throws UNSUPPORTED or USAGE if a later log entry could not be added to the signature. */
function requireWaiting(chosen: readonly Format[], bundle: string | undefined): void {
  const other = chosen.find(({ writers }) => writers.signature?.abilities.canWait !== true);
  if (other)
    throw new TouchmarkError("UNSUPPORTED", `a signature of format ${other.name} cannot wait for a log`, {
      hint: "Log now, or sign in the format bundle.",
    });
  if (bundle !== undefined) throw usageError("--bundle takes a complete signature, and a pending one is not complete");
}

type Outcome = { readonly reference: Reference } & ({ readonly made: readonly EvidenceMade[] } | { readonly error: unknown });

/** Parses `--format a --format b` or `--format a,b`, without duplicates. */
function chosenFormats(asked: readonly string[]): readonly Format[] {
  if (asked.length === 0) return [defaultFormat];
  const names = new Set(asked);
  return formats.filter(({ name }) => names.has(name));
}

function show(outcome: Outcome, output: "text" | "json", io: Io): void {
  if ("error" in outcome) {
    io.stderr.write(renderError(outcome.error, io.env, formatReference(outcome.reference)));
    return;
  }
  for (const made of outcome.made) io.stdout.write(output === "json" ? `${JSON.stringify(made)}\n` : renderMade(made));
  const { digest, tag } = outcome.reference;
  const [first] = outcome.made;
  if (digest !== undefined || !first) return;
  io.stderr.write(
    `warning: ${tag ?? "latest"} is a tag, which can move; what is signed is the digest it named: ${first.repository}@${first.digest}\n`,
  );
}

function renderMade({ reference, digest, format, location, manifest, by, logged, pending, already }: EvidenceMade): string {
  return [
    `${already ? "already signed" : "signed"}  ${clean(reference)}\n`,
    field("digest", digest),
    field("signature", `${format} in ${location}, ${manifest}`),
    signedFields(by, logged),
    ...pending.map((log) => field("log", `pending at ${log}: touchmark log flush has it asked`)),
  ].join("");
}
