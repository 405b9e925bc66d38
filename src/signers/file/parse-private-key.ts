/**
 * Private keys as people hand them over, in PEM: cosign's own encrypted form, PKCS#8 plain and encrypted
 * (RFC 5958), SEC 1 (RFC 5915) and PKCS#1 (RFC 8017, appendix A.1.2).
 */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { TouchmarkError } from "../../core/errors.ts";
import type { PemBlock } from "../../core/asn1/pem.ts";
import { asInvalidKey, describeBlocks, invalidKey, isPrivate, parseKeyPem } from "../../trust/key-pem.ts";
import { checkPbes2 } from "./pbes2.ts";
import { decryptSigstoreKey, parseSigstoreKey, sigstoreKeyLabel, type Password } from "./sigstore-key.ts";

export type PrivateKeyFile =
  | { readonly encrypted: false; readonly key: KeyObject }
  | {
      readonly encrypted: true;
      /** Throws WRONG_PASSWORD, or INVALID_KEY. */
      readonly decrypt: (password: Password) => Promise<KeyObject>;
    };

type Reader = (der: Buffer, what: string) => PrivateKeyFile;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [sigstoreKeyLabel, sigstore],
  ["ENCRYPTED COSIGN PRIVATE KEY", sigstore],
  ["PRIVATE KEY", plain("pkcs8")],
  ["EC PRIVATE KEY", plain("sec1")],
  ["RSA PRIVATE KEY", plain("pkcs1")],
  ["ENCRYPTED PRIVATE KEY", encryptedPkcs8],
]);

/** The one private key in a PEM file; `name` is what a person calls it. Other blocks are skipped, such as curve parameters. Throws INVALID_KEY. */
export function parsePrivateKey(text: Uint8Array, name: string): PrivateKeyFile {
  const block = onlyPrivateKey(parseKeyPem(text, name), name);
  const read = readers.get(block.label);
  if (!read) {
    throw invalidKey(`${name} holds a ${block.label}, a form that is not read`, "Convert it to PKCS#8: openssl pkcs8 -topk8 -in FILE");
  }
  return read(Buffer.from(block.bytes), name);
}

function onlyPrivateKey(blocks: readonly PemBlock[], name: string): PemBlock {
  const [first, ...more] = blocks.filter(isPrivate);
  if (first && more.length === 0) return first;
  if (blocks.some(({ label }) => label === "PUBLIC KEY"))
    throw invalidKey(`${name} is a public key, and signing needs the private key`, "Sign with the private key, such as touchmark.key.");
  throw invalidKey(`${name} must hold one private key in PEM, and holds ${describeBlocks(blocks)}`);
}

function plain(type: "pkcs8" | "sec1" | "pkcs1"): Reader {
  return (der, what) => ({ encrypted: false, key: readDer(der, type, what) });
}

function readDer(der: Buffer, type: "pkcs8" | "sec1" | "pkcs1", what: string): KeyObject {
  return asInvalidKey(`the private key in ${what} cannot be read`, () => createPrivateKey({ key: der, format: "der", type }));
}

function sigstore(json: Buffer, what: string): PrivateKeyFile {
  const key = asInvalidKey("the encrypted key cannot be read", () => parseSigstoreKey(json, what));
  return { encrypted: true, decrypt: (password) => decryptSigstoreKey(key, password, what) };
}

function encryptedPkcs8(der: Buffer, what: string): PrivateKeyFile {
  asInvalidKey("the encrypted key cannot be read", () => checkPbes2(der, what));
  return { encrypted: true, decrypt: (password) => decryptPkcs8(der, password, what) };
}

/** The format has no authentication: a wrong password mostly breaks the padding, and else gives bytes that are no key. */
async function decryptPkcs8(der: Buffer, password: Password, what: string): Promise<KeyObject> {
  try {
    return createPrivateKey({ key: der, format: "der", type: "pkcs8", passphrase: Buffer.from(password) });
  } catch {
    throw new TouchmarkError("WRONG_PASSWORD", `the password does not open ${what}`);
  }
}
