/** ECDSA over P-256 with SHA-256 (FIPS 186-5, section 6.4.2) where only the message's hash is known. */
import { concat } from "../bytes.ts";
import type { PublicKey } from "./public-key.ts";

/** Whether the DER signature verifies, given the message's SHA-256 as lower-case hex; undefined for keys that need the message itself. */
export async function verifiesDigest({ key, algorithm }: PublicKey, sha256: string, signature: Uint8Array): Promise<boolean | undefined> {
  if (algorithm.name !== "ecdsa-p256") return undefined;
  // Node always hashes its input.
  const { p256 } = await import("@noble/curves/nist.js");
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const point = concat([Uint8Array.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  try {
    return p256.verify(signature, Buffer.from(sha256, "hex"), point, { prehash: false, lowS: false, format: "der" });
  } catch {
    return false;
  }
}
