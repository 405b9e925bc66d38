/** Envelopes as detached signatures of files (signature specification, "Blob Signatures"): `FILE.jws.sig`, `FILE.cose.sig`. */
import { digestOf } from "../../core/digest.ts";
import { malformed } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json/json.ts";
import { reading } from "../checks.ts";
import type { DetachedSignatures } from "../format.ts";
import { formatLimits } from "../limits.ts";
import { envelopeKinds } from "./envelope-kinds.ts";
import { typeNamed, type EnvelopeType } from "./envelope-types.ts";
import type { NotationEvidence } from "./evidence.ts";

export const envelopeSuffixes = { jws: ".jws.sig", cose: ".cose.sig" } as const;
/** The default media type of a file. */
export const defaultMediaType = "application/octet-stream";

export const envelopeFiles: DetachedSignatures = {
  maxBytes: formatLimits.envelopeBytes,

  suffixes: Object.values(envelopeSuffixes),

  owns: (bytes) => typeIn(bytes) !== undefined,

  async read(bytes, path): Promise<NotationEvidence> {
    const content = reading(() => {
      const type = typeOfName(path) ?? typeIn(bytes);
      if (!type) throw malformed(`${path} is no envelope: neither JWS nor COSE`);
      return { type, bytes };
    });
    const mediaType = "value" in content ? content.value.type : defaultMediaType;
    return {
      format: "notation",
      location: { kind: "file", path },
      layer: { mediaType, digest: digestOf(bytes), size: bytes.length },
      content,
    };
  },

  /** By the hash of the envelope's algorithm: an algorithm other than the key's does not verify. */
  readingOf({ content }: NotationEvidence) {
    const read = "value" in content && reading(() => envelopeKinds[content.value.type].parse(content.value.bytes));
    return { algorithm: read && "value" in read ? read.value.algorithm.hash : "sha256", maxBytes: 0 };
  },
};

/** The envelope type that the name states, whatever the content is (trust policy specification, "Validate Integrity"). */
function typeOfName(path: string): EnvelopeType | undefined {
  const name = path.toLowerCase();
  if (name.endsWith(envelopeSuffixes.jws)) return typeNamed.jws;
  return name.endsWith(envelopeSuffixes.cose) ? typeNamed.cose : undefined;
}

/**
 * The envelope type by content: the tag of a COSE_Sign1 (RFC 9052, section 4.2) around an array of four, or JSON with the member
 * `protected` of a JWS.
 */
function typeIn(bytes: Uint8Array): EnvelopeType | undefined {
  if (bytes[0] === 0xd2 && bytes[1] === 0x84) return typeNamed.cose;
  const { envelopeBytes: maxBytes, envelopeValues: maxValues } = formatLimits;
  const json = reading(() => parseJson(bytes, "envelope", { maxBytes, maxValues }));
  return "value" in json && isJsonObject(json.value) && Object.hasOwn(json.value, "protected") ? typeNamed.jws : undefined;
}
