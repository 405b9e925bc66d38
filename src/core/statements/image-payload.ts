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
/** Says what the bytes are; undefined for any other file. */
export function imagePayloadIn(bytes: Uint8Array): string | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (startsWith(all, "DSSEv1 ")) return "what the signature of a DSSE envelope is over";
  if (startsWith(all, "\x84\x6aSignature1")) return "what the signature of a COSE envelope is over";
  if (isJwsInput(all)) return "what the signature of a JWS envelope is over";
  const members = membersIn(all);
  if (members.has("critical")) return "a simple signing payload, by which cosign signs images";
  const holds = ["config", "manifests", "blobs"].some((name) => members.has(name));
  // Not every reader insists on the version.
  const isManifest = (members.has("schemaversion") && holds) || (members.has("mediatype") && members.has("manifests"));
  if (isManifest || (members.has("config") && members.has("layers"))) return "the manifest of an image";
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

/** The members that tell, in lower case. */
const telling: ReadonlySet<string> = new Set(["critical", "schemaversion", "mediatype", "config", "layers", "manifests", "blobs", "alg"]);
/** Bytes of the longest of these names, each character escaped. */
const nameBytes = 6 * "schemaversion".length;

/**
 * The telling members of a JSON object of any size, as readers compare them that ignore case; none in anything else. Not by the strict
 * reader: what it refuses, other verifiers may take.
 */
function membersIn(bytes: Buffer): ReadonlySet<string> {
  const found = new Set<string>();
  if (bytes[afterSpace(bytes, 0)] !== 0x7b) return found;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x22) {
      const end = closingQuote(bytes, at + 1);
      if (depth === 1 && end - at - 1 <= nameBytes && bytes[afterSpace(bytes, end + 1)] === 0x3a) {
        const name = nameIn(bytes.toString("utf8", at, end + 1));
        if (telling.has(name)) found.add(name);
      }
      at = end;
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return found;
}

function closingQuote(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === 0x22) return at;
    if (bytes[at] === 0x5c) at++;
  }
  return bytes.length;
}

function afterSpace(bytes: Buffer, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0x21) <= 0x20) at++;
  return at;
}

/** By upper case first, which also folds the letters that Go's reader takes for an "s" and a "k". */
function nameIn(quoted: string): string {
  try {
    return String(JSON.parse(quoted)).toUpperCase().toLowerCase();
  } catch {
    return "";
  }
}
