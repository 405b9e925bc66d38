/** The signature algorithms of the Notary Project, each that of one kind of key (signature specification, "Algorithm Selection"). */
import type { HashAlgorithm } from "../../core/keys/hash.ts";
import type { PublicKey } from "../../core/keys/public-key.ts";
import { signingSchemes as schemes, type SigningScheme } from "../../core/keys/signature-schemes.ts";

export interface NotaryAlgorithm {
  /** As JWS spells it (RFC 7518, section 3.1). */
  readonly jws: string;
  /** As COSE numbers it (RFC 9053, section 2.1; RFC 8230, section 2). */
  readonly cose: number;
  readonly scheme: SigningScheme;
  /** The scheme's; files are signed by their digest of it. */
  readonly hash: HashAlgorithm;
  /** Whether a key is of the kind that makes it. */
  readonly isOf: (key: PublicKey) => boolean;
}

export const algorithms: readonly NotaryAlgorithm[] = [
  { jws: "PS256", cose: -37, scheme: schemes["rsa-pss-sha256"], hash: "sha256", isOf: (key) => isRsa(key, 2048) },
  { jws: "PS384", cose: -38, scheme: schemes["rsa-pss-sha384"], hash: "sha384", isOf: (key) => isRsa(key, 3072) },
  { jws: "PS512", cose: -39, scheme: schemes["rsa-pss-sha512"], hash: "sha512", isOf: (key) => isRsa(key, 4096) },
  {
    jws: "ES256",
    cose: -7,
    scheme: schemes["ecdsa-sha256-p1363"],
    hash: "sha256",
    isOf: ({ algorithm }) => algorithm.name === "ecdsa-p256",
  },
  {
    jws: "ES384",
    cose: -35,
    scheme: schemes["ecdsa-sha384-p1363"],
    hash: "sha384",
    isOf: ({ algorithm }) => algorithm.name === "ecdsa-p384",
  },
  {
    jws: "ES512",
    cose: -36,
    scheme: schemes["ecdsa-sha512-p1363"],
    hash: "sha512",
    isOf: ({ algorithm }) => algorithm.name === "ecdsa-p521",
  },
];

/** The one algorithm of a key; undefined for a key the Notary Project has none for. */
export function notaryAlgorithmOf(key: PublicKey): NotaryAlgorithm | undefined {
  return algorithms.find(({ isOf }) => isOf(key));
}

function isRsa({ key, algorithm }: PublicKey, bits: number): boolean {
  return algorithm.name === "rsa" && key.asymmetricKeyDetails?.modulusLength === bits;
}
