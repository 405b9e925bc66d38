/** Generates private keys of the supported kinds. */
import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

export type NewKeyAlgorithm = "ecdsa-p256" | "ecdsa-p384" | "ecdsa-p521" | "rsa-2048" | "rsa-3072" | "rsa-4096" | "ed25519";

type Generate = () => Promise<{ readonly privateKey: KeyObject }>;

const generate = promisify(generateKeyPair);
const ecdsa =
  (namedCurve: string): Generate =>
  () =>
    generate("ec", { namedCurve });
const rsa =
  (modulusLength: number): Generate =>
  () =>
    generate("rsa", { modulusLength });

const generators: Readonly<Record<NewKeyAlgorithm, Generate>> = {
  "ecdsa-p256": ecdsa("prime256v1"),
  "ecdsa-p384": ecdsa("secp384r1"),
  "ecdsa-p521": ecdsa("secp521r1"),
  "rsa-2048": rsa(2048),
  "rsa-3072": rsa(3072),
  "rsa-4096": rsa(4096),
  ed25519: () => generate("ed25519", {}),
};

export const defaultKeyAlgorithm: NewKeyAlgorithm = "ecdsa-p256";

/** The names of the kinds, for the user. */
export const newKeyAlgorithms: readonly NewKeyAlgorithm[] = Object.keys(generators).filter(isNewKeyAlgorithm);

export function isNewKeyAlgorithm(name: string): name is NewKeyAlgorithm {
  return Object.hasOwn(generators, name);
}

/** Generates a private key. RSA takes up to some seconds, off the event loop. */
export async function generateKey(algorithm: NewKeyAlgorithm = defaultKeyAlgorithm): Promise<KeyObject> {
  return (await generators[algorithm]()).privateKey;
}
