/** What a log is told of the key that made a signature. */
import { preAuthEncoding } from "../../../core/dsse.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { hash, type HashAlgorithm } from "../../../core/hash.ts";
import type { KeyAlgorithmName } from "../../../core/key-algorithms.ts";
import { encodePem } from "../../../core/pem.ts";
import type { PublicKey } from "../../../core/public-key.ts";
import { parseCertificate } from "../../../core/x509/certificate.ts";
import type { LoggedSignature } from "../../../proof/logged-signature.ts";

type Verifier = LoggedSignature["verifier"];

/** What is signed is hashed with this before; keys that hash nothing before have none. */
const hashes: Readonly<Partial<Record<KeyAlgorithmName, HashAlgorithm>>> = {
  "ecdsa-p256": "sha256",
  "ecdsa-p384": "sha384",
  "ecdsa-p521": "sha512",
  rsa: "sha256",
};

const curves: Readonly<Partial<Record<KeyAlgorithmName, string>>> = {
  "ecdsa-p256": "PKIX_ECDSA_P256_SHA_256",
  "ecdsa-p384": "PKIX_ECDSA_P384_SHA_384",
  "ecdsa-p521": "PKIX_ECDSA_P521_SHA_512",
};

export interface HashedContent {
  readonly algorithm: HashAlgorithm;
  readonly digest: Uint8Array;
}

/** The hash of the bytes that were signed. Throws UNSUPPORTED for a signature that is made over no hash, or not over the one that is known. */
export function hashOfSigned({ content, verifier }: LoggedSignature): HashedContent {
  const { algorithm: key } = keyOf(verifier);
  const algorithm = hashes[key.name];
  if (algorithm === undefined) throw unsupported(`a signature of ${key.name} is made over no hash, and the log keeps none without`);
  if (content.kind === "envelope") return { algorithm, digest: hash(algorithm, preAuthEncoding(content.payloadType, content.payload)) };
  if (content.kind === "message") return { algorithm, digest: hash(algorithm, content.message) };
  if (algorithm === "sha256") return { algorithm, digest: Buffer.from(content.sha256, "hex") };
  throw unsupported(`a signature of ${key.name} is over the ${algorithm} hash of a message that is known by its sha256 hash alone`);
}

/** The certificate or key, as Rekor 1 reads it. */
export function pemOf(verifier: Verifier): string {
  return verifier.kind === "key" ? encodePem("PUBLIC KEY", verifier.key.spki) : encodePem("CERTIFICATE", verifier.certificate);
}

/** The name of the key's kind (`sigstore_common.proto`, PublicKeyDetails). Throws UNSUPPORTED for one that has none. */
export function keyDetailsOf(verifier: Verifier): string {
  const { algorithm, key } = keyOf(verifier);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (algorithm.name === "rsa" && [2048, 3072, 4096].includes(bits)) return `PKIX_RSA_PKCS1V15_${bits}_SHA256`;
  const details = curves[algorithm.name];
  if (details === undefined) throw unsupported(`the log knows no name for a key of ${algorithm.name}${bits > 0 ? ` of ${bits} bits` : ""}`);
  return details;
}

function keyOf(verifier: Verifier): PublicKey {
  return verifier.kind === "key" ? verifier.key : parseCertificate(verifier.certificate).publicKey;
}

function unsupported(message: string): TouchmarkError {
  return new TouchmarkError("UNSUPPORTED", message, { hint: "Sign with an ECDSA key, or without this log." });
}
