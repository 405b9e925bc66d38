/** Public keys of logs in a trusted root: DER, of the type in `keyDetails` (`sigstore_common.proto`, PublicKeyDetails). */
import { createPublicKey } from "node:crypto";
import { openDer } from "../core/asn1/der.ts";
import type { KeyAlgorithmName } from "../core/keys/key-algorithms.ts";
import { publicKeyOf, type PublicKey } from "../core/keys/public-key.ts";
import { asInvalidKey, invalidKey } from "./key-pem.ts";

interface KeyKind {
  readonly type: "spki" | "pkcs1";
  readonly algorithms: readonly KeyAlgorithmName[];
}

const rsa: KeyKind = { type: "spki", algorithms: ["rsa", "rsa-pss"] };
const kinds: ReadonlyMap<string, KeyKind> = new Map<string, KeyKind>([
  ["PKIX_ECDSA_P256_SHA_256", { type: "spki", algorithms: ["ecdsa-p256"] }],
  ["PKIX_ECDSA_P384_SHA_384", { type: "spki", algorithms: ["ecdsa-p384"] }],
  ["PKIX_ECDSA_P521_SHA_512", { type: "spki", algorithms: ["ecdsa-p521"] }],
  ["PKIX_ED25519", { type: "spki", algorithms: ["ed25519"] }],
  ["PKCS1_RSA_PKCS1V5", { type: "pkcs1", algorithms: ["rsa"] }],
  ["PKIX_RSA_PKCS1V5", rsa],
  ["PKIX_RSA_PKCS1V15_2048_SHA256", rsa],
  ["PKIX_RSA_PKCS1V15_3072_SHA256", rsa],
  ["PKIX_RSA_PKCS1V15_4096_SHA256", rsa],
]);

export function isKnownKeyKind(keyDetails: string): boolean {
  return kinds.has(keyDetails);
}

/** Returns the `keyDetails` of a log's key; `what` names it in the message. Throws INVALID_KEY for a type that the format has no name for. */
export function keyKindOf({ algorithm, key }: PublicKey, what: string): string {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  const [kind] =
    [...kinds].find(
      ([name, { type, algorithms }]) =>
        type === "spki" && algorithms.includes(algorithm.name) && (bits === undefined || name.endsWith(`_${bits}_SHA256`)),
    ) ?? [];
  if (kind === undefined)
    throw invalidKey(
      `the key of ${what} is ${algorithm.name}${bits === undefined ? "" : ` of ${bits} bits`}, which no trusted root can hold`,
    );
  return kind;
}

/** Reads a key of a known type; `at` is its path in the file. Throws INVALID_KEY. */
export function parseLogKey(der: Uint8Array, keyDetails: string, at: string): PublicKey {
  const kind = kinds.get(keyDetails);
  if (!kind) throw invalidKey(`${at} is of the kind ${JSON.stringify(keyDetails)}, which is not known`);
  const key = asInvalidKey(`${at}.rawBytes cannot be read`, () => {
    openDer(der, at); // OpenSSL ignores bytes after it
    return publicKeyOf(createPublicKey({ key: Buffer.from(der), format: "der", type: kind.type }), at);
  });
  if (!kind.algorithms.includes(key.algorithm.name)) throw invalidKey(`${at} says ${keyDetails} and holds a key of ${key.algorithm.name}`);
  return key;
}
