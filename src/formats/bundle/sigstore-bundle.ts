/**
 * The sigstore bundle, version 0.3 (sigstore/protobuf-specs, `sigstore_bundle.proto`, in protobuf's JSON):
 *
 *     {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
 *      "verificationMaterial":{"publicKey":{"hint":TEXT} | "certificate":{…} | "x509CertificateChain":{…},…},
 *      "dsseEnvelope":{…} | "messageSignature":{…}}
 */
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { parseDsse, type DsseEnvelope } from "../../core/dsse.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json.ts";

export const bundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** Bytes of one bundle. */
export const maxBundleBytes: number = 32 * 1024 * 1024;

/** How any version spells itself: `…bundle.v0.3+json`, and before that `…bundle+json;version=0.2`. */
const versions = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v(\d+\.\d+)\+json|\+json;version=(\d+\.\d+))$/;

export interface SigstoreBundle {
  readonly material: Material;
  readonly envelope: DsseEnvelope;
  readonly signature: Uint8Array;
}

export type Material = { readonly kind: "publicKey"; readonly hint: string } | { readonly kind: "certificate" };

export function isBundleMediaType(mediaType: string): boolean {
  return mediaType.startsWith("application/vnd.dev.sigstore.bundle");
}

/** Reads a bundle. Throws MALFORMED, or UNSUPPORTED for a version or content that is not read yet. */
export function parseBundle(bytes: Uint8Array): SigstoreBundle {
  const fields = new Fields(parseJson(bytes, "bundle", { maxBytes: maxBundleBytes }), "bundle");
  const mediaType = fields.string("mediaType");
  const match = versions.exec(mediaType);
  if (!match) throw malformed(`bundle.mediaType is ${JSON.stringify(mediaType.slice(0, 100))}`);
  const version = match[1] ?? match[2];
  if (version !== "0.3") throw new TouchmarkError("UNSUPPORTED", `a bundle of version ${version} is not supported yet, only 0.3`);

  const material = parseMaterial(fields.fields("verificationMaterial"));
  if (fields.has("messageSignature")) {
    if (fields.has("dsseEnvelope")) throw malformed("the bundle has both a dsseEnvelope and a messageSignature");
    throw new TouchmarkError("UNSUPPORTED", "a bundle with a bare message signature is not supported yet for images");
  }
  const envelope = parseDsse(fields.fields("dsseEnvelope"), 1);
  const [signature] = envelope.signatures;
  if (!signature) throw malformed("bundle.dsseEnvelope has no signature");
  return { material, envelope, signature };
}

function parseMaterial(fields: Fields): Material {
  const kinds = ["publicKey", "certificate", "x509CertificateChain"].filter((name) => fields.has(name));
  if (kinds.length !== 1) throw malformed("bundle.verificationMaterial does not hold exactly one key or certificate");
  if (kinds[0] !== "publicKey") return { kind: "certificate" };
  return { kind: "publicKey", hint: fields.fields("publicKey").optionalString("hint") ?? "" };
}

/** A bundle around one DSSE envelope signed by a key, as cosign writes it byte for byte. */
export function encodeBundle(hint: string, envelope: Omit<DsseEnvelope, "signatures">, signature: Uint8Array): Uint8Array {
  return encodeUtf8(
    JSON.stringify({
      mediaType: bundleMediaType,
      verificationMaterial: { publicKey: { hint } },
      dsseEnvelope: {
        payload: toBase64(envelope.payload),
        payloadType: envelope.payloadType,
        signatures: [{ sig: toBase64(signature) }],
      },
    }),
  );
}
