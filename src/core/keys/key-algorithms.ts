/**
 * The accepted kinds of keys, and the signature schemes that each signs and verifies with.
 *
 * The first scheme of each is what cosign 3 writes and reads: the curve's own hash for ECDSA,
 * PKCS#1 v1.5 with SHA-256 for RSA, and for Ed25519 pure for signing, pre-hashed too for verifying.
 */
import type { KeyObject } from "node:crypto";
import { ed25519ph, signingSchemes as schemes, type SignatureScheme, type SigningScheme } from "./signature-schemes.ts";

export interface KeyAlgorithm {
  readonly name: KeyAlgorithmName;
  /** Whether a key is of this kind, within all its bounds. */
  readonly matches: (key: KeyObject) => boolean;
  /** The usual prefix of a SubjectPublicKeyInfo, lower-case hex; only for keys of fixed length. */
  readonly spkiStart?: string;
  readonly signs: SigningScheme;
  readonly reads: readonly SignatureScheme[];
}

export type KeyAlgorithmName = "ecdsa-p256" | "ecdsa-p384" | "ecdsa-p521" | "rsa" | "rsa-pss" | "ed25519";

const rsaReads = [schemes["rsa-pkcs1-sha256"], schemes["rsa-pkcs1-sha384"], schemes["rsa-pkcs1-sha512"]];
const pssReads = [schemes["rsa-pss-sha256"], schemes["rsa-pss-sha384"], schemes["rsa-pss-sha512"]];

/** Ordered by frequency of use. */
export const keyAlgorithms: readonly KeyAlgorithm[] = [
  ecdsa("ecdsa-p256", "prime256v1", "3059301306072a8648ce3d020106082a8648ce3d030107034200", schemes["ecdsa-sha256"]),
  {
    name: "ed25519",
    matches: (key) => key.asymmetricKeyType === "ed25519",
    spkiStart: "302a300506032b6570032100",
    signs: schemes.ed25519,
    reads: [schemes.ed25519, ed25519ph],
  },
  {
    name: "rsa",
    matches: (key) => key.asymmetricKeyType === "rsa" && isSoundRsa(key),
    signs: schemes["rsa-pkcs1-sha256"],
    reads: [...rsaReads, ...pssReads],
  },
  ecdsa("ecdsa-p384", "secp384r1", "3076301006072a8648ce3d020106052b81040022036200", schemes["ecdsa-sha384"]),
  ecdsa("ecdsa-p521", "secp521r1", "30819b301006072a8648ce3d020106052b8104002303818600", schemes["ecdsa-sha512"]),
  {
    name: "rsa-pss",
    matches: (key) => key.asymmetricKeyType === "rsa-pss" && isSoundRsa(key),
    signs: schemes["rsa-pss-sha256"],
    reads: pssReads,
  },
];

/** `start` is a named curve, followed by an uncompressed point (RFC 5480, sections 2.1.1 and 2.2). */
function ecdsa(name: KeyAlgorithmName, curve: string, start: string, scheme: SigningScheme): KeyAlgorithm {
  return {
    name,
    spkiStart: `${start}04`,
    matches: (key) => key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === curve,
    signs: scheme,
    reads: [scheme],
  };
}

/** The largest exponent of other verifiers, Go's included. One of 3000 bits makes a verification take a hundred times as long. */
const maxExponent = 2n ** 31n - 1n;

function isSoundRsa(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isExponent = publicExponent >= 3n && publicExponent <= maxExponent && publicExponent % 2n === 1n;
  return modulusLength >= 2048 && modulusLength <= 4096 && isExponent;
}
