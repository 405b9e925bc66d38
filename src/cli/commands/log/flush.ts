import { noRecord } from "../../recorder.ts";
import { memoise } from "../../../core/async/memoise.ts";
import { asTouchmarkError } from "../../../core/errors.ts";
import { formatReference, type Reference } from "../../../core/oci/reference.ts";
import { uploadPending, type UploadedImage } from "../../../engine/upload-pending.ts";
import type { UploadServices } from "../../../engine/upload-one.ts";
import type { PendingUploadResult } from "../../../engine/upload-one.ts";
import { formats } from "../../../formats/all.ts";
import { defineCommand, type Command } from "../../command.ts";
import { deadlineOf } from "../../deadline.ts";
import { outputFlags, recursiveFlag } from "../../flags/common.ts";
import { parseImageOperand } from "../../image-operand.ts";
import { registryFlags } from "../../flags/registry.ts";
import { exitOf } from "../../exit.ts";
import type { Io } from "../../io.ts";
import { sideBySide } from "../../progress.ts";
import { serviceHttp } from "../../../setup/http.ts";
import { openRegistries } from "../../../setup/registries.ts";
import { printWarnings } from "../../render/print-warnings.ts";
import { localSettings } from "../../settings/local.ts";
import { registrySettings } from "../../settings/registry.ts";
import { instanceSettings } from "../../settings/signer.ts";
import { renderError } from "../../render/error.ts";
import { hintFor, type Failed } from "../../render/remedies.ts";
import { signedFields } from "../../render/signed.ts";
import { clean, field, problem } from "../../render/text.ts";
import { instanceFlags, type InstanceArgs } from "../../flags/signing.ts";
import { commandLimits } from "../../limits.ts";

export const command: Command = defineCommand({
  usage: "[flags] REF…",
  details: [
    "Verifies, logs and completes signatures made with 'touchmark sign --log-upload later'. This needs write access to the repository",
    "and no key. Only logs that the signing config names are contacted. An entry that cannot be uploaded now stays pending.",
  ].join("\n"),
  flags: {
    ...instanceFlags,
    recursive: recursiveFlag("Every image of an index too"),
    ...outputFlags,
    ...registryFlags,
  },
  operands: { min: 1, max: commandLimits.operands },
  examples: [{ command: "touchmark log flush registry.example/app:1.0", explains: "Upload the pending log entries of an image" }],
  async run(args, io) {
    const output = args.output;
    const references = args.operands.map(parseImageOperand);
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const services = memoise((until) => openUploadServices(args, io, until));
    const common = { formats, at: io.now(), recorder: noRecord, recursive: args.recursive, signal };
    const options = { ...common, services: () => services(signal) };
    const registries = await openRegistries(registrySettings(args, references, io), { ...localSettings(io), signal });
    const outcomes = await sideBySide(references, "flushed", io, async (reference): Promise<Outcome> => {
      try {
        return { reference, images: await uploadPending(registries.open(reference), reference, options) };
      } catch (error) {
        return { reference, error };
      }
    });
    for (const outcome of outcomes) show(outcome, output, io);
    return exitOf(outcomes.flatMap(codesOf));
  },
});

/** Opens the services; called when the first pending signature is found. */
async function openUploadServices(args: InstanceArgs, io: Io, signal: AbortSignal): Promise<UploadServices> {
  const [{ openSigningInstance }, { uploadToLogs }] = await Promise.all([
    import("../../../setup/signing-services.ts"),
    import("../../../signers/services/upload.ts"),
  ]);
  const http = await serviceHttp(io);
  const instance = openSigningInstance(instanceSettings(args), { ...localSettings(io), http, signal });
  printWarnings(instance.warnings, io);
  const [root, config] = await Promise.all([instance.root, instance.config]);
  return {
    root,
    upload: ({ logged, logs: waitsFor }, until) =>
      uploadToLogs({ logged, waitsFor, logs: config.logs.services, root }, { http, clock: io.now, signal: until }),
  };
}

type Outcome = { readonly reference: Reference } & ({ readonly images: readonly UploadedImage[] } | { readonly error: unknown });

function codesOf(outcome: Outcome): Parameters<typeof exitOf>[0] {
  if ("error" in outcome) return [asTouchmarkError(outcome.error).code];
  const problems = outcome.images.flatMap(({ uploads, unread }) => [...uploads.filter((one) => one.state !== "flushed"), ...unread]);
  return problems.map(({ code }) => code);
}

function show(outcome: Outcome, output: "text" | "json", io: Io): void {
  if ("error" in outcome) {
    io.stderr.write(renderError(outcome.error, io.env, formatReference(outcome.reference)));
    return;
  }
  const complain = (kind: "error" | "warning", message: string, failed: Failed): void =>
    io.stderr.write(problem(kind, `${formatReference(outcome.reference)}: ${message}`, hintFor(failed)));
  for (const image of outcome.images) {
    io.stdout.write(output === "json" ? `${JSON.stringify(image)}\n` : renderImage(image));
    for (const one of image.uploads) {
      if (one.state !== "flushed") complain("error", `${one.waiting} is ${one.state}: ${one.code}: ${one.message}`, one);
      else if (one.kept) complain("warning", `${one.waiting}, which was pending, could not be deleted: ${one.kept.message}`, one.kept);
    }
    for (const one of image.unread) complain("error", `${one.location} could not be read: ${one.code}: ${one.message}`, one);
  }
}

function renderImage({ reference, digest, uploads, unread }: UploadedImage): string {
  if (uploads.length === 0) return unread.length === 0 ? `nothing pending  ${clean(reference)}\n${field("digest", digest)}` : "";
  return uploads.map((one) => `${one.state}  ${clean(reference)}\n${field("digest", digest)}${renderUpload(one)}`).join("");
}

function renderUpload(one: PendingUploadResult): string {
  if (one.state !== "flushed") return field("signature", `${one.format} in referrers, ${one.waiting}`);
  return (
    field("signature", `${one.format} in referrers, ${one.manifest}${one.already ? ", logged before" : ""}`) +
    signedFields(one.by, one.logged)
  );
}
