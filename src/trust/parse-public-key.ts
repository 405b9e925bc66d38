/**
 * Public keys in PEM: a SubjectPublicKeyInfo (RFC 5280, section 4.1), a PKCS#1
 * RSAPublicKey (RFC 8017, appendix A.1.1), or certificates, of which the first one's key is used. Nothing
 * else in a certificate, its validity included, is checked.
 */
import { createPublicKey, X509Certificate, type KeyObject } from "node:crypto";
import { openDer } from "../core/asn1/der.ts";
import { publicKeyOf, type PublicKey } from "../core/keys/public-key.ts";
import { asInvalidKey, describeBlocks, invalidKey, isPrivate, parseKeyPem } from "./key-pem.ts";

type Reader = (der: Buffer) => KeyObject;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["PUBLIC KEY", (der) => createPublicKey({ key: der, format: "der", type: "spki" })],
  ["RSA PUBLIC KEY", (der) => createPublicKey({ key: der, format: "der", type: "pkcs1" })],
  ["CERTIFICATE", (der) => new X509Certificate(der).publicKey],
]);

/** Reads the one public key in a PEM file; `name` is its name in messages. A private key is refused, never used. Throws INVALID_KEY. */
export function parsePublicKey(text: Uint8Array, name: string): PublicKey {
  const blocks = parseKeyPem(text, name);
  if (blocks.some(isPrivate)) {
    throw invalidKey(
      `${name} holds a private key, where a public key is expected`,
      "Give its public half: the .pub file that belongs to it.",
    );
  }
  const keys = blocks.flatMap(({ label, bytes }) => {
    const read = readers.get(label);
    return read ? [{ label, bytes, read }] : [];
  });
  const [first] = keys;
  const isChain = keys.every(({ label }) => label === "CERTIFICATE");
  if (!first || (keys.length > 1 && !isChain)) {
    throw invalidKey(`${name} must hold one PUBLIC KEY or CERTIFICATE in PEM, and holds ${describeBlocks(blocks)}`);
  }
  const key = asInvalidKey(`the ${first.label} block of ${name} cannot be read`, () => {
    openDer(first.bytes, name); // OpenSSL ignores bytes after it
    return first.read(Buffer.from(first.bytes));
  });
  return publicKeyOf(key, name);
}
