/** Verifies signatures over many bytes without blocking the event loop. */
import { inSlices } from "../async/in-slices.ts";
import type { PublicKey } from "./public-key.ts";

/** Whether the signature over the concatenated parts verifies with the key, in any scheme of the key. Throws the signal's abort reason. */
export async function verifiesInSlices(
  { key, algorithm }: PublicKey,
  parts: readonly Uint8Array[],
  signature: Uint8Array,
  signal?: AbortSignal,
): Promise<boolean> {
  for (const scheme of algorithm.reads) {
    if (await inSlices(await scheme.verifySliced(key, parts, signature), signal)) return true;
  }
  return false;
}
