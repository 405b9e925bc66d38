/** Writes cosign's legacy layers: simple signing payloads under `.sig`, attestations in DSSE envelopes under `.att`. */
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { preAuthEncoding } from "../../core/envelopes/dsse.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { SignatureClaim } from "../../core/evidence.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import { statementPayloadType } from "../../core/statements/statement.ts";
import type { ImageSubject, Subject } from "../../core/subject.ts";
import { refuseExpiry } from "../checks.ts";
import type { AttestationToSign, TaggedArtifact, ToSign, Writer, WriterAbilities } from "../writer.ts";
import { envelopeMediaType } from "./attestation.ts";
import { encodeMaterial } from "./encode-verification-material.ts";
import { extendSignatureImage, signatureAnnotation, signatureTag } from "./signature-image.ts";
import { encodeSimpleSigning, payloadMediaType } from "./simple-signing.ts";

export interface LegacyToSign extends ToSign {
  readonly payload: Uint8Array;
}

export interface LegacyAttestationToSign extends LegacyToSign {
  readonly predicateType: string;
}

const abilities: WriterAbilities = {
  stores: "tag",
  needsChain: false,
  takesExpiry: false,
  envelopes: [],
  canWait: false,
  material: { entries: 1, timestamps: 1, needsPromise: true },
};

export const legacySignatureWriter: Writer<SignatureClaim> = {
  abilities,

  prepare({ claim, subject, options }): LegacyToSign {
    refuseExpiry("cosign-legacy", options);
    imageOf(subject);
    return simpleSigningToSign(encodeSimpleSigning(claim));
  },

  assemble({ payload }: LegacyToSign, subject, { signature, material }) {
    const annotations = { [signatureAnnotation]: toBase64(signature), ...(material && encodeMaterial(material)) };
    return tagged(payload, imageOf(subject), { tag: "sig", mediaType: payloadMediaType, annotations });
  },
};

export const legacyAttestationWriter: Writer<AttestationToSign> = {
  abilities,

  prepare({ claim: { statement, predicateType }, subject, options }): LegacyAttestationToSign {
    refuseExpiry("cosign-legacy", options);
    imageOf(subject);
    return legacyStatementToSign(statement, predicateType);
  },

  assemble({ payload, predicateType }: LegacyAttestationToSign, subject, { signature, material }) {
    const annotations = { [signatureAnnotation]: "", predicateType, ...(material && encodeMaterial(material)) };
    return tagged(encodeEnvelope(payload, signature), imageOf(subject), { tag: "att", mediaType: envelopeMediaType, annotations });
  },
};

export function simpleSigningToSign(payload: Uint8Array): LegacyToSign {
  return { payload, content: { kind: "message", message: payload }, bytes: payload };
}

export function legacyStatementToSign(payload: Uint8Array, predicateType: string): LegacyAttestationToSign {
  return {
    payload,
    predicateType,
    content: { kind: "envelope", payload, payloadType: statementPayloadType },
    bytes: preAuthEncoding(statementPayloadType, payload),
    timestamped: (signature) => encodeEnvelope(payload, signature),
  };
}

/** The envelope byte for byte as cosign writes it. */
function encodeEnvelope(payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return encodeUtf8(
    JSON.stringify({ payload: toBase64(payload), payloadType: statementPayloadType, signatures: [{ sig: toBase64(signature) }] }),
  );
}

interface LayerParts {
  readonly tag: "sig" | "att";
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

function tagged(bytes: Uint8Array, { digest }: ImageSubject, { tag, mediaType, annotations }: LayerParts): TaggedArtifact {
  const layer: Descriptor = { mediaType, size: bytes.length, digest: digestOf(bytes), annotations };
  return {
    kind: "tag",
    tag: signatureTag(digest, tag),
    layer,
    extend(existing) {
      const { config, manifest, mediaType: type } = extendSignatureImage(existing, layer);
      return { blobs: [bytes, config], manifest, mediaType: type };
    },
  };
}

function imageOf(subject: Subject): ImageSubject {
  if (subject.kind === "image") return subject;
  throw new TouchmarkError("UNSUPPORTED", "files are not signed in the format cosign-legacy", { hint: "Sign them in the format bundle." });
}
