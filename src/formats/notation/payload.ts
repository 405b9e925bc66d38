/**
 * The payload of Notary Project signatures (signature specification, "Payload"): what is signed, as OCI describes it.
 *
 *     {"targetArtifact":{"annotations"?:{…},"digest":"sha256:…","mediaType":TEXT,"size":NUMBER}}
 *
 * Of a file the digest is by the hash of the key that signs, SHA-384 among them.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { isFileDigest, type FileDigest } from "../../core/digest.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json.ts";

export const payloadType = "application/vnd.cncf.notary.payload.v1+json";
const maxBytes = 4 * 1024 * 1024;
const reserved = "io.cncf.notary";

/** What is signed: an image's manifest, or a file. */
export interface Target {
  readonly mediaType: string;
  readonly digest: FileDigest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Reads it. Throws MALFORMED or LIMIT_EXCEEDED. */
export function parsePayload(bytes: Uint8Array): Target {
  const fields = new Fields(parseJson(bytes, "payload", { maxBytes }), "payload").fields("targetArtifact");
  const digest = fields.string("digest");
  if (!isFileDigest(digest)) throw malformed(`${fields.at}.digest is no digest: ${JSON.stringify(digest.slice(0, 150))}`);
  return { mediaType: fields.string("mediaType"), digest, size: fields.size("size"), annotations: fields.strings("annotations") };
}

/** The payload for an artifact, with what its signer adds; members and annotations in order of their names. Throws USAGE for a name that is reserved. */
export function encodePayload({ mediaType, digest, size }: Target, annotations: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(annotations).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const taken = entries.find(([name]) => name.startsWith(reserved));
  if (taken)
    throw new TouchmarkError("USAGE", `the annotation ${JSON.stringify(taken[0])} is reserved: ${reserved} is the Notary Project's own`);
  return encodeUtf8(
    JSON.stringify({
      targetArtifact: { ...(entries.length > 0 && { annotations: Object.fromEntries(entries) }), digest, mediaType, size },
    }),
  );
}
