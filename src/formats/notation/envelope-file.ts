/**
 * Envelopes as files of their own, beside the file that is signed (signature specification, "Blob Signatures"): `FILE.jws.sig`,
 * `FILE.cose.sig`. A file is signed by its digest, and so may be of any size.
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
/** Of a file that nobody says more of. */
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

  /** By the hash that the envelope's algorithm has: one that says another than its key's does not verify. */
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

/** The name says what is in it, whatever that is (trust policy specification, "Validate Integrity"). */
function typeOfName(path: string): EnvelopeType | undefined {
  const name = path.toLowerCase();
  if (name.endsWith(suffixes.jws)) return typeNamed.jws;
  return name.endsWith(suffixes.cose) ? typeNamed.cose : undefined;
}

/** What the bytes begin as: the tag of a COSE_Sign1 (RFC 9052, section 4.2) around an array of four, or JSON with what a JWS protects. */
function typeIn(bytes: Uint8Array): EnvelopeType | undefined {
  if (bytes[0] === 0xd2 && bytes[1] === 0x84) return typeNamed.cose;
  const json = reading(() => parseJson(bytes, "envelope", { maxBytes: maxEnvelopeBytes, maxValues: maxEnvelopeValues }));
  return "value" in json && isJsonObject(json.value) && Object.hasOwn(json.value, "protected") ? typeNamed.jws : undefined;
}
