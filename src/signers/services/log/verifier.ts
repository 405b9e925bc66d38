/** What a log is told of the key that made a signature. */
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
  /** What is signed is hashed with this first. */
  readonly hash: HashAlgorithm;
  /** How logs call it (`sigstore_common.proto`, PublicKeyDetails), where the size of a key makes no difference. */
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

/** The hash of the bytes that were signed. Throws UNSUPPORTED for a signature over no hash, or over another than the one that is known. */
export function hashOfSigned({ content, verifier }: LoggedSignature): HashedContent {
  const { name } = keyOf(verifier).algorithm;
  const algorithm = kinds[name]?.hash;
  if (algorithm === undefined) throw unsupported(`a signature of ${name} is made over no hash, and the log keeps none without`);
  if (content.kind === "envelope") return { algorithm, digest: hash(algorithm, preAuthEncoding(content.payloadType, content.payload)) };
  if (content.kind === "message") return { algorithm, digest: hash(algorithm, content.message) };
  if (algorithm === "sha256") return { algorithm, digest: Buffer.from(content.sha256, "hex") };
  throw unsupported(`a signature of ${name} is over the ${algorithm} hash of a message that is known by its sha256 hash alone`);
}

/** The certificate or key, as Rekor 1 reads it. */
export function pemOf(verifier: Verifier): string {
  return verifier.kind === "key" ? encodePem("PUBLIC KEY", verifier.key.spki) : encodePem("CERTIFICATE", verifier.certificate);
}

/** What the log calls the kind of key. Throws UNSUPPORTED for one that it has no name for. */
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
