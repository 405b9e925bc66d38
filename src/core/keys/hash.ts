/** Hash functions for signatures. */
import { hash as digest } from "node:crypto";
import { toHex } from "../bytes.ts";

export type HashAlgorithm = "sha256" | "sha384" | "sha512";

/** SHA-1 is used only where a document of its time identifies a certificate by it; no signature uses it. */
export function hash(algorithm: HashAlgorithm | "sha1", bytes: Uint8Array): Uint8Array {
  return digest(algorithm, bytes, "buffer");
}

/** Returns lower-case hex. */
export function hashOf(bytes: Uint8Array, algorithm: HashAlgorithm): string {
  return toHex(hash(algorithm, bytes));
}
