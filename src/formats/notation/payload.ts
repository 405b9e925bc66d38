/**
 * The payload of Notary Project signatures (signature specification, "Payload"): an OCI descriptor of the signed artifact.
 *
 *     {"targetArtifact":{"annotations"?:{…},"digest":"sha256:…","mediaType":TEXT,"size":NUMBER}}
 *
 * The digest of a file uses the hash of the signing key's algorithm, which may be SHA-384.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { isFileDigest, type FileDigest } from "../../core/digest.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { formatLimits } from "../limits.ts";

export const payloadType = "application/vnd.cncf.notary.payload.v1+json";
const members: ReadonlySet<string> = new Set(["annotations", "digest", "mediaType", "size"]);
/** The prefix of annotations that the Notary Project reserves. */
export const reserved = "io.cncf.notary";

/** The signed artifact: an image's manifest, or a file. */
export interface Target {
  readonly mediaType: string;
  readonly digest: FileDigest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Parses a payload. Throws MALFORMED or LIMIT_EXCEEDED. */
export function parseNotaryPayload(bytes: Uint8Array): Target {
  return parseTarget(readPayload(bytes).fields("targetArtifact"));
}

function readPayload(bytes: Uint8Array): Fields {
  return new Fields(
    parseJson(bytes, "payload", { maxBytes: formatLimits.notaryPayloadBytes, maxValues: formatLimits.envelopeValues }),
    "payload",
  );
}

function parseTarget(fields: Fields): Target {
  const digest = fields.string("digest");
  if (!isFileDigest(digest)) throw malformed(`${fields.at}.digest is no digest: ${JSON.stringify(digest.slice(0, 150))}`);
  return { mediaType: fields.string("mediaType"), digest, size: fields.size("size"), annotations: fields.strings("annotations") };
}

/**
 * Why a payload that a plugin returned differs from the requested one, as the end of a sentence that begins with it. Added annotations are
 * allowed. Throws MALFORMED or LIMIT_EXCEEDED.
 */
export function payloadBreach(bytes: Uint8Array, subject: Target, annotations: Readonly<Record<string, string>>): string | undefined {
  const payload = readPayload(bytes);
  const fields = payload.fields("targetArtifact");
  const strange = [
    ...Object.keys(payload.object).filter((name) => name !== "targetArtifact"),
    ...Object.keys(fields.object).filter((name) => !members.has(name)),
  ];
  if (strange[0] !== undefined) return `has the member ${quote(strange[0])}, which was not asked`;
  const made = parseTarget(fields);
  const other = differingPart(made, subject);
  if (other !== undefined) return `is for ${other} ${quote(made[other])}, asked for ${quote(subject[other])}`;
  const lost = Object.entries(annotations).find(([name, value]) => made.annotations?.[name] !== value);
  if (lost) return `does not have the annotation ${quote(lost[0])} as it was asked`;
  const taken = Object.keys(made.annotations ?? {}).find((name) => name.startsWith(reserved));
  return taken === undefined ? undefined : `has the annotation ${quote(taken)}, whose name is reserved`;
}

/** The first part in which two targets differ. */
export function differingPart(one: Target, other: Target): "digest" | "mediaType" | "size" | undefined {
  return (["digest", "mediaType", "size"] as const).find((part) => one[part] !== other[part]);
}

function quote(value: string | number): string {
  return JSON.stringify(value).slice(0, 150);
}

/** Encodes the payload for an artifact with the signer's annotations, members and annotations sorted by name. Throws USAGE for a reserved name. */
export function encodeNotaryPayload({ mediaType, digest, size }: Target, annotations: Readonly<Record<string, string>>): Uint8Array {
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
