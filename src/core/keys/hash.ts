/** The hashes that signatures are made over. */
import { hash as digest } from "node:crypto";
import { toHex } from "../bytes.ts";

export type HashAlgorithm = "sha256" | "sha384" | "sha512";

/** SHA-1 only where a document of its time names a certificate by it; nothing that is signed is hashed with it. */
export function hash(algorithm: HashAlgorithm | "sha1", bytes: Uint8Array): Uint8Array {
  return digest(algorithm, bytes, "buffer");
}

/** Lower-case hex. */
export function hashOf(bytes: Uint8Array, algorithm: HashAlgorithm): string {
  return toHex(hash(algorithm, bytes));
}
