import { tree, type ImageTree, type TreeEvidence, type TreeNode } from "../../engine/tree.ts";
import { formats } from "../../formats/all.ts";
import { defineCommand, type Command } from "../command.ts";
import { deadlineOf } from "../deadline.ts";
import { outputFlags } from "../flags/common.ts";
import { parseImageOperand } from "../image-operand.ts";
import { registryFlags } from "../flags/registry.ts";
import { exitOf } from "../exit.ts";
import { openRegistries } from "../../setup/registries.ts";
import { localSettings } from "../settings/local.ts";
import { registrySettings } from "../settings/registry.ts";
import { hintFor } from "../render/remedies.ts";
import { clean, problem } from "../render/text.ts";

export const command: Command = defineCommand({
  usage: "[flags] REF",
  details: "Signatures, attestations and other referrers of the image, in every format and location. Nothing is verified.",
  flags: { ...outputFlags, ...registryFlags },
  operands: { min: 1, max: 1 },
  examples: [{ command: "touchmark tree registry.example/app:1.0", explains: "Which signatures does this image have?" }],
  async run(args, io) {
    const output = args.output;
    const reference = parseImageOperand(args.operands[0]);
    using deadline = deadlineOf(args, io);
    const { signal } = deadline;
    const registries = await openRegistries(registrySettings(args, [reference], io), { ...localSettings(io), signal });
    const answer = await tree(registries.open(reference), reference, { formats, at: io.now(), signal });
    io.stdout.write(output === "json" ? `${JSON.stringify(answer)}\n` : render(answer));
    for (const one of answer.unread)
      io.stderr.write(problem("warning", `${one.location} could not be read: ${one.code}: ${one.message}`, hintFor(one)));
    return exitOf(answer.unread.map(({ code }) => code));
  },
});

function render({ reference, digest, mediaType, attached }: ImageTree): string {
  const none = attached.length === 0 ? "└── no signatures, attestations or other referrers\n" : "";
  return `${clean(reference)}\n${digest} ${clean(mediaType)}\n${none}${renderNodes(attached, "")}`;
}

function renderNodes(nodes: readonly TreeNode[], indent: string): string {
  return nodes
    .map((node, i) => {
      const last = i === nodes.length - 1;
      const below = `${indent}${last ? "    " : "│   "}`;
      const what =
        node.evidence.length > 0 ? node.evidence.map(describe).join("; ") : `not understood: ${node.artifactType ?? node.mediaType}`;
      return `${indent}${last ? "└── " : "├── "}${clean(what)}\n${below}${node.digest} ${node.size} B, in ${node.location}\n${renderNodes(node.attached, below)}`;
    })
    .join("");
}

function describe({ format, claim, hint, hintNames }: TreeEvidence): string {
  const what = claim?.kind === "attestation" ? `attestation of ${claim.predicateType}` : (claim?.kind ?? "unreadable evidence");
  return `${what} (${format}${hint === undefined ? "" : `, ${hintNames} ${hint}`})`;
}
