/** A changed input: several mutations on top of each other, by its shape and as plain bytes. */
import { maxInputBytes } from "../fault.ts";
import type { Shape } from "../target.ts";
import { mutateBytes, type Material } from "./bytes.ts";
import { mutateDer } from "./der.ts";
import { mutateJson } from "./json.ts";
import { mutatePem } from "./pem.ts";

const byShape: Readonly<Record<Shape, (input: Uint8Array, material: Material) => Uint8Array>> = {
  bytes: mutateBytes,
  text: mutateBytes,
  der: mutateDer,
  json: mutateJson,
  pem: mutatePem,
};

export function mutate(input: Uint8Array, shape: Shape, material: Material): Uint8Array {
  const { random } = material;
  let mutated = input;
  for (let times = 1 << random.below(4); times > 0; times--) {
    const change = random.below(4) === 0 ? mutateBytes : byShape[shape];
    const next = change(mutated, material);
    if (next.length <= maxInputBytes) mutated = next;
  }
  return mutated;
}
