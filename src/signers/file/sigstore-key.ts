/**
 * cosign's encrypted private keys (sigstore/cosign `pkg/cosign/keys.go`, go-securesystemslib
 * `encrypted/encrypted.go`): a PEM block `ENCRYPTED SIGSTORE PRIVATE KEY` that holds
 *
 *     {"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":BASE64},
 *      "cipher":{"name":"nacl/secretbox","nonce":BASE64},"ciphertext":BASE64}
 *
 * scrypt (RFC 7914) derives the key of an XSalsa20-Poly1305 box around the PKCS#8 DER from the password.
 */
import { createPrivateKey, randomBytes, scrypt, type KeyObject, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";
import type { Cipher } from "@noble/ciphers/utils.js";
import { encodeUtf8, fromBase64, toBase64 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import { asInvalidKey } from "../../trust/key-pem.ts";

export type Password = string | Uint8Array;

export const sigstoreKeyLabel = "ENCRYPTED SIGSTORE PRIVATE KEY";

/** Scrypt's N, which with r = 8 takes a KiB of memory each. Cosign writes 2^16, and once wrote 2^15. */
const cost = { written: 2 ** 16, least: 2 ** 14, most: 2 ** 20 } as const;
const r = 8;
const p = 1;
const keyBytes = 32;
const saltBytes = 32;
const nonceBytes = 24;

export interface SigstoreKey {
  readonly n: number;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Parses the content of the PEM block; parameters out of bounds throw MALFORMED before memory is allocated for them. */
export function parseSigstoreKey(json: Uint8Array, what: string): SigstoreKey {
  const fields = new Fields(parseJson(json, what), what);
  const kdf = fields.fields("kdf");
  const cipher = fields.fields("cipher");
  expect(kdf, "name", kdf.string("name"), "scrypt");
  expect(cipher, "name", cipher.string("name"), "nacl/secretbox");

  const params = kdf.fields("params");
  const n = params.size("N");
  if (n < cost.least || n > cost.most || !Number.isInteger(Math.log2(n))) {
    throw malformed(`${params.at}.N is ${n}, expected a power of two from ${cost.least} to ${cost.most}`);
  }
  expect(params, "r", params.size("r"), r);
  expect(params, "p", params.size("p"), p);

  const nonce = bytesOf(cipher, "nonce");
  expect(cipher, "nonce's length", nonce.length, nonceBytes);
  return { n, salt: bytesOf(kdf, "salt"), nonce, ciphertext: bytesOf(fields, "ciphertext") };
}

function expect<T extends string | number>(fields: Fields, name: string, found: T, expected: T): void {
  if (found !== expected)
    throw malformed(`${fields.at}.${name} is ${JSON.stringify(found).slice(0, 50)}, expected ${JSON.stringify(expected)}`);
}

function bytesOf(fields: Fields, name: string): Uint8Array {
  return fromBase64(fields.string(name), `${fields.at}.${name}`);
}

/** Decrypts the box, in about 160 ms off the event loop. Throws WRONG_PASSWORD; INVALID_KEY if it contains no private key. */
export async function decryptSigstoreKey(key: SigstoreKey, password: Password, what: string): Promise<KeyObject> {
  const secretbox = await openSecretbox(key, password);
  const pkcs8 = unseal(() => secretbox.decrypt(key.ciphertext), what);
  try {
    return asInvalidKey(`the decrypted content of ${what} is not a private key`, () =>
      createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }),
    );
  } finally {
    pkcs8.fill(0);
  }
}

/** Encrypts the key as a PEM file, with a new salt and nonce. An empty password is valid. */
export async function encryptSigstoreKey(privateKey: KeyObject, password: Password): Promise<string> {
  const box = { n: cost.written, salt: randomBytes(saltBytes), nonce: randomBytes(nonceBytes) };
  const secretbox = await openSecretbox(box, password);
  const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
  const ciphertext = secretbox.encrypt(pkcs8);
  pkcs8.fill(0);
  const document = {
    kdf: { name: "scrypt", params: { N: box.n, r, p }, salt: toBase64(box.salt) },
    cipher: { name: "nacl/secretbox", nonce: toBase64(box.nonce) },
    ciphertext: toBase64(ciphertext),
  };
  return encodePem(sigstoreKeyLabel, encodeUtf8(JSON.stringify(document)));
}

async function openSecretbox({ n, salt, nonce }: Omit<SigstoreKey, "ciphertext">, password: Password): Promise<Cipher> {
  const maxmem = 128 * r * (n + p + 2); // exactly the bytes that OpenSSL needs
  const [{ xsalsa20poly1305 }, key] = await Promise.all([
    import("@noble/ciphers/salsa.js"), // loaded only here, since most runs use no encrypted key
    deriveKey(password, salt, { N: n, r, p, maxmem }),
  ]);
  return xsalsa20poly1305(key, nonce);
}

function deriveKey(password: Password, salt: Uint8Array, options: ScryptOptions): Promise<Buffer> {
  return promisify<Password, Uint8Array, number, ScryptOptions, Buffer>(scrypt)(password, salt, keyBytes, options);
}

function unseal(decrypt: () => Uint8Array, what: string): Buffer {
  try {
    return Buffer.from(decrypt());
  } catch {
    throw new TouchmarkError("WRONG_PASSWORD", `the password does not open ${what}`);
  }
}
