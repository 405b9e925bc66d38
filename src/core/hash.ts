/** The hashes that signatures are made over. */
import { createHash } from "node:crypto";

export type HashName = "sha256" | "sha384" | "sha512";

/** Lower-case hex. */
export function hashOf(bytes: Uint8Array, name: HashName): string {
  return createHash(name).update(bytes).digest("hex");
}
