/**
 * The id by which entries name a log: the SHA-256 of its key (RFC 6962, section 3.2), or, for a tile-based log with an origin, the
 * whole hash whose first bytes are the key id in its checkpoints (C2SP signed-note; Rekor 2 for RSA). The key id of an
 * ECDSA key is that of RFC 6962 for any origin.
 */
import { isKeyName } from "../../core/tlog/checkpoint.ts";
import { createHash } from "node:crypto";
import { concat, encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { PublicKey } from "../../core/keys/public-key.ts";

/** Returns the id, 32 bytes. Throws USAGE for an invalid origin of a log. */
export function logId({ algorithm, spki }: PublicKey, origin?: string): Uint8Array {
  if (origin === undefined) return sha256(spki);
  if (!isKeyName(origin)) throw new TouchmarkError("USAGE", `${JSON.stringify(origin)} cannot be the origin of a log`);
  const name = encodeUtf8(`${origin}\n`);
  if (algorithm.name === "ed25519") return sha256(concat([name, Uint8Array.of(0x01), spki.subarray(-32)]));
  if (algorithm.name === "rsa") return sha256(concat([name, Uint8Array.of(0xff), encodeUtf8("PKIX-RSA-PKCS#1v1.5"), spki]));
  return sha256(spki);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
