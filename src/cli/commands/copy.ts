import { count } from "../../core/count.ts";
import { defineCommand, type Command } from "../command.ts";
import { flag } from "../flags/flag.ts";
import { deadlineOf } from "../deadline.ts";
import { outputFlags } from "../flags/common.ts";
import { parseImageOperand } from "../image-operand.ts";
import { registryFlags } from "../flags/registry.ts";
import { copyImage } from "../../setup/copy-image.ts";
import { registrySettings } from "../settings/registry.ts";
import { clean, field } from "../render/text.ts";

export const command: Command = defineCommand({
  usage: "[flags] SOURCE DESTINATION",
  details: [
    "From registry to registry, or to and from a layout (oci:FOLDER, oci-archive:FILE), byte for byte, so that signatures stay valid. An",
    "index is copied with all its images. A destination without a tag gets that of the source.",
  ].join("\n"),
  flags: {
    force: flag.boolean({ summary: "Replace other signatures under the same tag at the destination" }),
    ...outputFlags,
    ...registryFlags,
  },
  operands: { min: 2, max: 2 },
  examples: [
    { command: "touchmark copy registry.example/app:1.0 oci:exported:1.0", explains: "Copy an image and its signatures to a folder" },
    { command: "touchmark copy oci:exported:1.0 registry.example/mirror:1.0", explains: "And put them into another registry" },
  ],
  async run(args, io) {
    const json = args.output === "json";
    const source = parseImageOperand(args.operands[0]);
    const destination = parseImageOperand(args.operands[1]);
    using deadline = deadlineOf(args, io);
    const registries = registrySettings(args, [source, destination], io);
    const { env, home, uid } = io;
    const options = { registries, force: args.force, env, home, uid, signal: deadline.signal };
    const copied = await copyImage({ kind: "image", reference: source }, { kind: "image", reference: destination }, options);
    const { from, to, digest, tag, images, attachments } = copied;
    const attached = count(attachments, "signature, attestation or other referrer", "signatures, attestations or other referrers");
    const text = [
      `copied  ${clean(from)} to ${clean(to)}${tag === undefined ? "" : `:${tag}`}\n`,
      field("digest", digest),
      field("manifests", `${count(images, "image")}, ${attached}`),
    ].join("");
    io.stdout.write(json ? `${JSON.stringify(copied)}\n` : text);
    return 0;
  },
});
