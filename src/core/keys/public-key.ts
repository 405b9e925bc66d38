/** An accepted public key, identified by its fingerprint, with the schemes that it verifies with. */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { openDer } from "../asn1/der.ts";
import { TouchmarkError } from "../errors.ts";
import { keyAlgorithms, type KeyAlgorithm } from "./key-algorithms.ts";

export interface PublicKey {
  readonly key: KeyObject;
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo, DER (RFC 5280, section 4.1). */
  readonly spki: Uint8Array;
  /** Lower-case hex of the SHA-256 of `spki`. */
  readonly fingerprint: string;
}

/** Returns the public half of any key. Throws INVALID_KEY for a kind that is not accepted; `what` names it in the message. */
export function publicKeyOf(key: KeyObject, what: string): PublicKey {
  const half = key.type === "private" ? createPublicKey(key) : key;
  const algorithm = keyAlgorithms.find((candidate) => candidate.matches(half));
  if (!algorithm) throw new TouchmarkError("INVALID_KEY", `${what} is ${describe(half)}, which is not accepted`);
  const spki = half.export({ format: "der", type: "spki" });
  if (half.asymmetricKeyType !== "ec" || isUsual(spki, algorithm)) return named(half, algorithm, spki);
  // A curve may have explicit parameters and a point may be compressed; the fingerprint is that of the usual encoding.
  const usual = createPublicKey({ key: half.export({ format: "jwk" }), format: "jwk" });
  return named(usual, algorithm, usual.export({ format: "der", type: "spki" }));
}

/** Reads a SubjectPublicKeyInfo, DER, with nothing after it. Throws INVALID_KEY. */
export function readPublicKey(spki: Uint8Array, what: string): PublicKey {
  const spelt = Buffer.from(spki);
  let key: KeyObject;
  try {
    openDer(spelt, what); // OpenSSL ignores bytes after it, which would give one key any number of fingerprints
    key = createPublicKey({ key: spelt, format: "der", type: "spki" });
  } catch (error) {
    throw new TouchmarkError("INVALID_KEY", `${what} cannot be read`, { cause: error });
  }
  const algorithm = keyAlgorithms.find((candidate) => isUsual(spelt, candidate));
  return algorithm ? named(key, algorithm, spelt) : publicKeyOf(key, what);
}

function isUsual(spki: Buffer, { spkiStart }: KeyAlgorithm): boolean {
  return spkiStart !== undefined && spki.toString("hex", 0, spkiStart.length / 2) === spkiStart;
}

function named(key: KeyObject, algorithm: KeyAlgorithm, spki: Buffer): PublicKey {
  return { key, algorithm, spki, fingerprint: createHash("sha256").update(spki).digest("hex") };
}

/** The key hint of sigstore bundles: base64 of the SHA-256 of the SPKI. */
export function bundleHint(key: PublicKey): string {
  return Buffer.from(key.fingerprint, "hex").toString("base64");
}

/** Whether the signature over the message verifies with the key, in any scheme of the key. */
export async function verifies(key: PublicKey, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  for (const scheme of key.algorithm.reads) {
    if (await scheme.verify(key.key, message, signature)) return true;
  }
  return false;
}

function describe(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return [key.asymmetricKeyType ?? "a secret", namedCurve, modulusLength && `${modulusLength} bits`].filter(Boolean).join(" ");
}
