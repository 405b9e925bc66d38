/**
 * Recognises bytes that a signature of an image is over. Whoever signs them as if they were a file signs an image, since a plain signature
 * says nothing of its purpose:
 *
 *     DSSEv1 LENGTH TYPE LENGTH PAYLOAD     DSSE's pre-authentication encoding: a statement in a bundle
 *     {"critical":{"image":…},…}            a simple signing payload: cosign's legacy signatures
 *     BASE64URL.BASE64URL                   a JWS signing input (RFC 7515, section 5.1): Notary Project envelopes
 *     84 6a "Signature1" …                  a COSE Sig_structure (RFC 9052, section 4.4): the same
 *     {"schemaVersion":2,…}                 the image's manifest itself
 */
import { ociLimits } from "../oci/limits.ts";

/** Says what the bytes are; undefined for any other file. */
export function imagePayloadIn(bytes: Uint8Array): string | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (startsWith(all, "DSSEv1 ")) return "what the signature of a DSSE envelope is over";
  if (startsWith(all, "\x84\x6aSignature1")) return "what the signature of a COSE envelope is over";
  if (isJwsInput(all)) return "what the signature of a JWS envelope is over";
  const members = membersIn(all);
  if (members.has("critical") || (bytes.length > ociLimits.manifestBytes && all.includes("docker-manifest-digest")))
    return "a simple signing payload, by which cosign signs images";
  if (members.has("schemaversion") && (members.has("config") || members.has("manifests") || members.has("blobs")))
    return "the manifest of an image";
  return undefined;
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.subarray(0, text.length).equals(Buffer.from(text, "latin1"));
}

/** One dot, after a header that names an algorithm; a whole JWT has two. */
function isJwsInput(bytes: Buffer): boolean {
  const dot = bytes.indexOf(".");
  if (dot < 0 || dot > headerBytes || bytes.includes(".", dot + 1)) return false;
  const header = bytes.toString("latin1", 0, dot);
  return /^[\w-]+$/.test(header) && membersIn(Buffer.from(header, "base64url")).has("alg");
}

const headerBytes = 1024 * 1024;

/** The names of the members of a JSON object, as readers compare them that ignore case; none in anything else. */
function membersIn(bytes: Buffer): ReadonlySet<string> {
  if (bytes.length > ociLimits.manifestBytes || bytes.find((byte) => byte > 0x20) !== 0x7b) return new Set();
  try {
    // Not the strict reader: what it refuses, other verifiers may take.
    return new Set(Object.keys(JSON.parse(bytes.toString("utf8"))).map((name) => name.toLowerCase()));
  } catch {
    return new Set();
  }
}
