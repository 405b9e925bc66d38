/** The key or certificate of a signature in a log request. */
import { preAuthEncoding } from "../../../core/envelopes/dsse.ts";
import { TouchmarkError } from "../../../core/errors.ts";
import { hash, type HashAlgorithm } from "../../../core/keys/hash.ts";
import type { KeyAlgorithmName } from "../../../core/keys/key-algorithms.ts";
import { encodePem } from "../../../core/asn1/pem.ts";
import type { PublicKey } from "../../../core/keys/public-key.ts";
import { parseCertificate } from "../../../core/x509/certificate.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";

type Verifier = LoggedSignature["verifier"];

interface KeyKind {
  /** The hash of the signature scheme. */
  readonly hash: HashAlgorithm;
  /** The log's name of the key (`sigstore_common.proto`, PublicKeyDetails), if it does not depend on the key's size. */
  readonly details?: string;
}

const kinds: Readonly<Partial<Record<KeyAlgorithmName, KeyKind>>> = {
  "ecdsa-p256": { hash: "sha256", details: "PKIX_ECDSA_P256_SHA_256" },
  "ecdsa-p384": { hash: "sha384", details: "PKIX_ECDSA_P384_SHA_384" },
  "ecdsa-p521": { hash: "sha512", details: "PKIX_ECDSA_P521_SHA_512" },
  rsa: { hash: "sha256" },
};

export interface HashedContent {
  readonly algorithm: HashAlgorithm;
  readonly digest: Uint8Array;
}

/** Returns the hash of the signed bytes. Throws UNSUPPORTED for a signature without a hash, or with another than the known one. */
export function hashOfSigned({ content, verifier }: LoggedSignature): HashedContent {
  const { name } = keyOf(verifier).algorithm;
  const algorithm = kinds[name]?.hash;
  if (algorithm === undefined) throw unsupported(`a signature of ${name} is made over no hash, and the log keeps none without`);
  if (content.kind === "envelope") return { algorithm, digest: hash(algorithm, preAuthEncoding(content.payloadType, content.payload)) };
  if (content.kind === "message") return { algorithm, digest: hash(algorithm, content.message) };
  if (algorithm === "sha256") return { algorithm, digest: Buffer.from(content.sha256, "hex") };
  throw unsupported(`a signature of ${name} is over the ${algorithm} hash of a message that is known by its sha256 hash alone`);
}

/** Returns the certificate or key, in Rekor 1's form. */
export function pemOf(verifier: Verifier): string {
  return verifier.kind === "key" ? encodePem("PUBLIC KEY", verifier.key.spki) : encodePem("CERTIFICATE", verifier.certificate);
}

/** Returns the log's name of the kind of key. Throws UNSUPPORTED for a kind without a name. */
export function keyDetailsOf(verifier: Verifier): string {
  const { algorithm, key } = keyOf(verifier);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const details = bits % 1024 === 0 && algorithm.name === "rsa" ? `PKIX_RSA_PKCS1V15_${bits}_SHA256` : kinds[algorithm.name]?.details;
  if (details !== undefined) return details;
  throw unsupported(`the log knows no name for a key of ${algorithm.name}${bits > 0 ? ` of ${bits} bits` : ""}`);
}

function keyOf(verifier: Verifier): PublicKey {
  return verifier.kind === "key" ? verifier.key : parseCertificate(verifier.certificate).publicKey;
}

function unsupported(message: string): TouchmarkError {
  return new TouchmarkError("UNSUPPORTED", message, { hint: "Sign with an ECDSA key, or without this log." });
}
