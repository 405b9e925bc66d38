/**
 * The sigstore bundle, versions 0.1 to 0.3 (sigstore/protobuf-specs, `sigstore_bundle.proto`, in protobuf's JSON):
 *
 *     {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json" | "application/vnd.dev.sigstore.bundle+json;version=0.2",
 *      "verificationMaterial":{"publicKey":{"hint":TEXT} | "certificate":{…} | "x509CertificateChain":{"certificates":[{…},…]},
 *                              "tlogEntries":[…],"timestampVerificationData":{"rfc3161Timestamps":[{"signedTimestamp":BASE64},…]}},
 *      "dsseEnvelope":{…} | "messageSignature":{"messageDigest":{"algorithm","digest"},"signature":BASE64}}
 */
import { encodeUtf8, fromBase64, toBase64, toHex } from "../../core/bytes.ts";
import { atOnce, inSlices, type Sliced } from "../../core/async/in-slices.ts";
import { parseDsse, splitPayload, type DsseEnvelope } from "../../core/envelopes/dsse.ts";
import { algorithmOf, hexOf, type FileDigest } from "../../core/digest.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import type { HashAlgorithm } from "../../core/keys/hash.ts";
import type { Fields, JsonObject } from "../../core/json/json.ts";
import type { VerificationMaterial } from "../../core/verification-material.ts";
import { formatLimits } from "../limits.ts";

export const bundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** The media types of all versions: `…bundle.v0.3+json`, and before that `…bundle+json;version=0.2`. */
const versions = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v(\d+\.\d+)\+json|\+json;version=(\d+\.\d+))$/;

const hashNames: ReadonlyMap<string, { readonly algorithm: HashAlgorithm; readonly bytes: number }> = new Map([
  ["SHA2_256", { algorithm: "sha256", bytes: 32 }],
  ["SHA2_384", { algorithm: "sha384", bytes: 48 }],
  ["SHA2_512", { algorithm: "sha512", bytes: 64 }],
]);

export type BundleVersion = "0.1" | "0.2" | "0.3";

export interface SigstoreBundle {
  readonly version: BundleVersion;
  readonly content: BundleContent;
  readonly signature: Uint8Array;
  /** The key hint; absent for a bundle with a certificate. */
  readonly hint?: string;
  /** The unparsed verification material; `parseMaterial` reads it. */
  readonly material: Fields;
}

export type BundleContent =
  | { readonly kind: "envelope"; readonly envelope: DsseEnvelope }
  | { readonly kind: "message"; readonly stated?: StatedDigest };

/** The digest that the bundle states; unverified. */
export interface StatedDigest {
  readonly algorithm: HashAlgorithm;
  /** Lower-case hex. */
  readonly hex: string;
}

export function isBundleMediaType(mediaType: string): boolean {
  return mediaType.startsWith("application/vnd.dev.sigstore.bundle");
}

/** Reads a bundle that is known to be small. Throws MALFORMED, LIMIT_EXCEEDED, or UNSUPPORTED for an unknown version or content. */
export function parseBundle(bytes: Uint8Array, maxBytes: number = formatLimits.bundleBytes): SigstoreBundle {
  return atOnce(bundleIn(bytes, maxBytes));
}

/** Reads a bundle of any size without blocking the event loop. Throws as `parseBundle` does, or the signal's abort reason. */
export function readBundle(bytes: Uint8Array, maxBytes: number, signal: AbortSignal): Promise<SigstoreBundle> {
  return inSlices(bundleIn(bytes, maxBytes), signal);
}

function* bundleIn(bytes: Uint8Array, maxBytes: number): Sliced<SigstoreBundle> {
  const bounds = {
    path: ["dsseEnvelope", "payload"],
    maxBytes,
    maxHeadBytes: formatLimits.bundleHeadBytes,
    maxValues: formatLimits.bundleValues,
  };
  const { head, payload } = yield* splitPayload(bytes, "bundle", bounds);
  const version = parseVersion(head.string("mediaType"));
  const material = head.fields("verificationMaterial");
  return { version, ...parseContent(head, payload), ...parseHint(material), material };
}

function parseHint(material: Fields): Pick<SigstoreBundle, "hint"> {
  const kinds = ["publicKey", "certificate", "x509CertificateChain"].filter((name) => material.has(name));
  if (kinds.length !== 1) throw malformed(`${material.at} does not hold exactly one key or certificate`);
  return kinds[0] === "publicKey" ? { hint: material.fields("publicKey").optionalString("hint") ?? "" } : {};
}

function parseVersion(mediaType: string): BundleVersion {
  const match = versions.exec(mediaType);
  if (!match) throw malformed(`bundle.mediaType is ${JSON.stringify(mediaType.slice(0, 100))}`);
  const version = match[1] ?? match[2];
  if (version === "0.1" || version === "0.2" || version === "0.3") return version;
  throw new TouchmarkError("UNSUPPORTED", `a bundle of version ${version} is not supported, only 0.1 to 0.3`);
}

function parseContent(fields: Fields, payload: Uint8Array | undefined): Pick<SigstoreBundle, "content" | "signature"> {
  if (fields.has("messageSignature")) {
    if (fields.has("dsseEnvelope")) throw malformed("the bundle has both a dsseEnvelope and a messageSignature");
    return parseMessage(fields.fields("messageSignature"));
  }
  const envelope = parseDsse(fields.fields("dsseEnvelope"), 1, payload);
  const [signature] = envelope.signatures;
  if (!signature) throw malformed("bundle.dsseEnvelope has no signature");
  return { content: { kind: "envelope", envelope }, signature };
}

function parseMessage(fields: Fields): Pick<SigstoreBundle, "content" | "signature"> {
  const signature = fromBase64(fields.string("signature"), `${fields.at}.signature`);
  const digest = fields.optionalFields("messageDigest");
  // With Ed25519, cosign writes an empty digest.
  if (!digest?.has("algorithm") && !digest?.has("digest")) return { content: { kind: "message" }, signature };
  return { content: { kind: "message", stated: parseStated(digest) }, signature };
}

function parseStated(fields: Fields): StatedDigest {
  const name = fields.string("algorithm");
  const known = hashNames.get(name);
  if (!known) throw new TouchmarkError("UNSUPPORTED", `a message digest of ${JSON.stringify(name.slice(0, 50))} is not supported`);
  const digest = fromBase64(fields.string("digest"), `${fields.at}.digest`);
  if (digest.length !== known.bytes) throw malformed(`${fields.at}.digest has ${digest.length} bytes, expected ${known.bytes}`);
  return { algorithm: known.algorithm, hex: toHex(digest) };
}

/** The verification material of a bundle; without a certificate, the hint names the key. */
export interface BundleMaterial extends Partial<VerificationMaterial> {
  readonly hint: string;
}

/** Encodes a bundle around one DSSE envelope; with a key only, byte for byte as cosign writes it. */
export function encodeBundle(envelope: Omit<DsseEnvelope, "signatures">, signature: Uint8Array, material: BundleMaterial): Uint8Array {
  const dsseEnvelope = {
    payload: toBase64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: [{ sig: toBase64(signature) }],
  };
  return encode(material, { dsseEnvelope });
}

/**
 * Encodes a bundle around the signature of a file with this digest; with SHA-256 and an ECDSA P-256 or RSA key only, byte for byte as
 * cosign writes it.
 */
export function encodeMessageBundle(digest: FileDigest, signature: Uint8Array, material: BundleMaterial): Uint8Array {
  const messageDigest = { algorithm: `SHA2_${algorithmOf(digest).slice(3)}`, digest: toBase64(Buffer.from(hexOf(digest), "hex")) };
  return encode(material, { messageSignature: { messageDigest, signature: toBase64(signature) } });
}

/** Throws UNSUPPORTED for a log entry without an inclusion proof. */
function encode({ hint, certificate, entries = [], timestamps = [] }: BundleMaterial, content: JsonObject): Uint8Array {
  if (entries.some(({ inclusionProof }) => inclusionProof === undefined))
    throw new TouchmarkError("UNSUPPORTED", "the log entry has no inclusion proof, which bundles need");
  const rfc3161Timestamps = timestamps.map((timestamp) => ({ signedTimestamp: toBase64(timestamp) }));
  return encodeUtf8(
    JSON.stringify({
      mediaType: bundleMediaType,
      verificationMaterial: {
        ...(certificate ? { certificate: { rawBytes: toBase64(certificate) } } : { publicKey: { hint } }),
        ...(entries.length > 0 && { tlogEntries: entries }),
        ...(timestamps.length > 0 && { timestampVerificationData: { rfc3161Timestamps } }),
      },
      ...content,
    }),
  );
}
