/** The PKCS #11 mechanism of each scheme: it always signs a hash that is computed here, so that a token need not support the hash. */
import { createHash } from "node:crypto";
import { concat } from "../../core/bytes.ts";
import { encodeDer, tags } from "../../core/asn1/der.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { HashAlgorithm } from "../../core/keys/hash.ts";
import type { SchemeFamily, SigningScheme } from "../../core/keys/signature-schemes.ts";
import { ck, type Mechanism } from "./cryptoki.ts";

export interface TokenScheme {
  readonly mechanism: Mechanism;
  /** Returns the token's input for a message. */
  readonly input: (message: Uint8Array) => Uint8Array;
  /** Returns the signature for the token's output. */
  readonly output: (bytes: Uint8Array) => Uint8Array;
}

/** DigestInfo up to the digest (RFC 8017, section 9.2, note 1). */
const digestInfo: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};
const same = (bytes: Uint8Array): Uint8Array => bytes;
const hashed =
  (hash: HashAlgorithm) =>
  (message: Uint8Array): Uint8Array =>
    createHash(hash).update(message).digest();

const families: Partial<Record<SchemeFamily, (hash: HashAlgorithm) => TokenScheme>> = {
  ecdsa: (hash) => ({ mechanism: { mechanism: ck.mechanism.ecdsa }, input: hashed(hash), output: toDer }),
  "ecdsa-p1363": (hash) => ({ mechanism: { mechanism: ck.mechanism.ecdsa }, input: hashed(hash), output: same }),
  "rsa-pkcs1": (hash) => ({
    mechanism: { mechanism: ck.mechanism.rsaPkcs },
    input: (message) => concat([Buffer.from(digestInfo[hash], "hex"), hashed(hash)(message)]),
    output: same,
  }),
  "rsa-pss": (hash) => ({ mechanism: { mechanism: ck.mechanism.rsaPkcsPss, parameter: pssOf(hash) }, input: hashed(hash), output: same }),
};

/** Throws UNSUPPORTED. */
export function tokenScheme({ name, family, hash }: SigningScheme): TokenScheme {
  const make = families[family];
  if (make && hash) return make(hash);
  throw new TouchmarkError("UNSUPPORTED", `tokens do not sign by ${name} here`, { hint: "Use an ECDSA or RSA key." });
}

/** 5 is pkcs11js's number for the parameters of PSS (CK_PARAMS_RSA_PSS). */
function pssOf(hash: HashAlgorithm): NonNullable<Mechanism["parameter"]> {
  const saltLen = Number(hash.slice(3)) / 8;
  return { type: 5, hashAlg: ck.mechanism[hash], mgf: ck.mgf1[hash], saltLen };
}

/** Encodes r‖s as `SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279, section 2.2.3). */
export function toDer(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  if (half === 0 || !Number.isInteger(half))
    throw new TouchmarkError("PLUGIN_FAILED", `the token returned a signature of ${signature.length} bytes`);
  const parts = [signature.subarray(0, half), signature.subarray(half)];
  return encodeDer(tags.sequence, ...parts.map((part) => encodeDer(tags.integer, shortest(part))));
}

/** Encodes a whole number without leading zeros, except one if it would look negative. */
function shortest(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  return (digits[0] ?? 0) >= 0x80 ? concat([Uint8Array.of(0), digits]) : digits;
}
