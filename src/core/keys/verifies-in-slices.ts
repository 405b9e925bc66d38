/** Verifies signatures over many bytes without blocking the event loop. */
import { inSlices, slicesOf, type Sliced } from "../async/in-slices.ts";
import type { PublicKey } from "./public-key.ts";

/**
 * Whether the signature over the concatenated parts verifies with the key, in any scheme of the key. Ed25519 needs the message
 * whole, and verifies it on another thread. Throws the signal's abort reason.
 */
export async function verifiesInSlices(
  { key, algorithm }: PublicKey,
  parts: readonly Uint8Array[],
  signature: Uint8Array,
  signal?: AbortSignal,
): Promise<boolean> {
  for (const scheme of algorithm.reads) {
    const verifies = scheme.verifySliced
      ? await inSlices(scheme.verifySliced(key, parts, signature), signal)
      : await (scheme.verifyElsewhere ?? scheme.verify)(key, await inSlices(joined(parts), signal), signature);
    if (verifies) return true;
  }
  return false;
}

function* joined(parts: readonly Uint8Array[]): Sliced<Uint8Array> {
  const [only = new Uint8Array()] = parts;
  if (parts.length < 2) return only;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  yield* slicesOf(parts, (slice) => {
    whole.set(slice, at);
    at += slice.length;
  });
  return whole;
}
