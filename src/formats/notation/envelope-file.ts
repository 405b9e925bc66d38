/**
 * Envelopes as detached signatures of files (signature specification, "Blob Signatures"): `FILE.jws.sig`, `FILE.cose.sig`. A file is signed
 * by its digest, and so may be of any size.
 */
import { digestOf } from "../../core/digest.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import type { FileReading } from "../../core/file-subject.ts";
import { isJsonObject, parseJson } from "../../core/json/json.ts";
import { reading } from "../checks.ts";
import type { FileFormat } from "../format.ts";
import { checkFileTarget } from "./check-target.ts";
import { maxEnvelopeBytes, maxEnvelopeValues, typeNamed, type EnvelopeType } from "./envelope-types.ts";
import { verifyNotationEvidence, type NotationEvidence } from "./evidence.ts";
import type { Target } from "./payload.ts";
import { toSign, type NotationToSign } from "./to-sign.ts";

const suffixes = { jws: ".jws.sig", cose: ".cose.sig" } as const;
/** The default media type of a file. */
const usualMediaType = "application/octet-stream";

export const envelopeFile: FileFormat = {
  maxBytes: maxEnvelopeBytes,

  suffixes,

  owns: (bytes) => typeIn(bytes) !== undefined,

  read(bytes, path): NotationEvidence {
    const content = reading(() => {
      const type = typeOfName(path) ?? typeIn(bytes);
      if (!type) throw malformed(`${path} is no envelope: neither JWS nor COSE`);
      return { type, bytes };
    });
    const mediaType = "value" in content ? content.value.type : usualMediaType;
    return {
      format: "notation",
      location: { kind: "file", path },
      layer: { mediaType, digest: digestOf(bytes), size: bytes.length },
      content,
    };
  },

  /** By the hash of the envelope's algorithm: an algorithm other than the key's does not verify. */
  async readingOf({ content }: NotationEvidence): Promise<FileReading> {
    const { envelopeKinds } = await import("./envelope-kinds.ts");
    const read = "value" in content && reading(() => envelopeKinds[content.value.type].parse(content.value.bytes));
    return { algorithm: read && "value" in read ? read.value.algorithm.hash : "sha256", maxBytes: 0 };
  },

  verify: (evidence: NotationEvidence, file, trust, at, facts = new Map()) =>
    verifyNotationEvidence(evidence, { check: (target, algorithm) => checkFileTarget(target, file, algorithm), trust, at, facts }),

  async readingFor(describe) {
    const [{ publicKey }, { notaryAlgorithmOf }] = await Promise.all([describe(), import("./algorithms.ts")]);
    return { algorithm: notaryAlgorithmOf(publicKey)?.hash ?? "sha256", maxBytes: 0 };
  },

  prepare({ file: { reference, digest, bytes, size = bytes?.length, mediaType = usualMediaType }, ...request }) {
    if (size === undefined) throw new TouchmarkError("USAGE", `${reference} is a digest, and it is the file itself that is signed`);
    return toSign({ mediaType, digest, size }, request);
  },

  async assemble({ prepared }: NotationToSign<Target>, _file, { signature, material }) {
    const { assembleEnvelope } = await import("./sign.ts");
    return assembleEnvelope(prepared, signature, material?.timestamps[0]);
  },
};

/** The envelope type that the name states, whatever the content is (trust policy specification, "Validate Integrity"). */
function typeOfName(path: string): EnvelopeType | undefined {
  const name = path.toLowerCase();
  if (name.endsWith(suffixes.jws)) return typeNamed.jws;
  return name.endsWith(suffixes.cose) ? typeNamed.cose : undefined;
}

/**
 * The envelope type by content: the tag of a COSE_Sign1 (RFC 9052, section 4.2) around an array of four, or JSON with the member
 * `protected` of a JWS.
 */
function typeIn(bytes: Uint8Array): EnvelopeType | undefined {
  if (bytes[0] === 0xd2 && bytes[1] === 0x84) return typeNamed.cose;
  const json = reading(() => parseJson(bytes, "envelope", { maxBytes: maxEnvelopeBytes, maxValues: maxEnvelopeValues }));
  return "value" in json && isJsonObject(json.value) && Object.hasOwn(json.value, "protected") ? typeNamed.jws : undefined;
}
