/** The signature algorithms of the Notary Project, one for each kind of key (signature specification, "Algorithm Selection"). */
import type { PublicKey } from "../../core/keys/public-key.ts";
import { joseSchemes as schemes, type JoseScheme } from "../../core/keys/signature-schemes.ts";

export interface NotaryAlgorithm extends Pick<JoseScheme, "jws" | "cose" | "hash"> {
  readonly scheme: JoseScheme;
  /** Whether the algorithm is that of the key. */
  readonly isOf: (key: PublicKey) => boolean;
}

export const algorithms: readonly NotaryAlgorithm[] = [
  notary(schemes["rsa-pss-sha256"], (key) => isRsa(key, 2048)),
  notary(schemes["rsa-pss-sha384"], (key) => isRsa(key, 3072)),
  notary(schemes["rsa-pss-sha512"], (key) => isRsa(key, 4096)),
  notary(schemes["ecdsa-sha256-p1363"], ({ algorithm }) => algorithm.name === "ecdsa-p256"),
  notary(schemes["ecdsa-sha384-p1363"], ({ algorithm }) => algorithm.name === "ecdsa-p384"),
  notary(schemes["ecdsa-sha512-p1363"], ({ algorithm }) => algorithm.name === "ecdsa-p521"),
];

function notary(scheme: JoseScheme, isOf: NotaryAlgorithm["isOf"]): NotaryAlgorithm {
  const { jws, cose, hash } = scheme;
  return { jws, cose, hash, scheme, isOf };
}

/** The algorithm of a key; undefined if the Notary Project defines none. */
export function notaryAlgorithmOf(key: PublicKey): NotaryAlgorithm | undefined {
  return algorithms.find(({ isOf }) => isOf(key));
}

function isRsa({ key, algorithm }: PublicKey, bits: number): boolean {
  return algorithm.name === "rsa" && key.asymmetricKeyDetails?.modulusLength === bits;
}
