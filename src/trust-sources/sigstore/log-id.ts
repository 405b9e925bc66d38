/**
 * The id by which entries name a log: the SHA-256 of its key (RFC 6962, section 3.2), or, of a log of tiles with an origin, the
 * whole hash of which the key id in its checkpoints is the beginning (C2SP signed-note; Rekor 2 for RSA). The key id of an
 * ECDSA key is that of RFC 6962 whatever the origin.
 */
import { createHash } from "node:crypto";
import { concat, encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { PublicKey } from "../../core/keys/public-key.ts";

/** 32 bytes. Throws USAGE for an origin that no log can have. */
export function logId({ algorithm, spki }: PublicKey, origin?: string): Uint8Array {
  if (origin === undefined) return sha256(spki);
  if (/[\s+]/.test(origin)) throw new TouchmarkError("USAGE", `${JSON.stringify(origin)} cannot be the origin of a log`);
  const name = encodeUtf8(`${origin}\n`);
  if (algorithm.name === "ed25519") return sha256(concat([name, Uint8Array.of(0x01), spki.subarray(-32)]));
  if (algorithm.name === "rsa") return sha256(concat([name, Uint8Array.of(0xff), encodeUtf8("PKIX-RSA-PKCS#1v1.5"), spki]));
  return sha256(spki);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
