/** Mutations of what the blocks of a PEM text hold, and of the text. */
import { mutateBytes, oneOf, type Material } from "./bytes.ts";
import { mutateDer } from "./der.ts";
import { mutateJson } from "./json.ts";

const block = /-----BEGIN ([^-\n]*)-----\n([A-Za-z0-9+/=\s]*)-----END [^-\n]*-----/g;

export function mutatePem(input: Uint8Array, material: Material): Uint8Array {
  const text = Buffer.from(input).toString("latin1");
  const blocks = [...text.matchAll(block)];
  if (blocks.length === 0 || material.random.below(3) === 0) return mutateBytes(input, material);
  const [whole, label = "", base64 = ""] = oneOf(material.random, blocks);
  const held = Buffer.from(base64, "base64");
  const mutated = held[0] === 0x7b ? mutateJson(held, material) : mutateDer(held, material);
  const lines =
    Buffer.from(mutated)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  const made = [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join("\n");
  return Buffer.from(
    text.replace(whole, () => made),
    "latin1",
  );
}
