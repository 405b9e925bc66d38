/** Writes cosign's legacy layers: simple signing payloads under `.sig`, attestations in DSSE envelopes under `.att`. */
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import { preAuthEncoding } from "../../core/envelopes/dsse.ts";
import type { SignatureClaim } from "../../core/evidence.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import { statementPayloadType } from "../../core/statements/statement.ts";
import type { ImageSubject } from "../../core/subject.ts";
import { imageOnly, noFiles, refuseExpiry } from "../checks.ts";
import type { AttestationToSign, TaggedArtifact, ToSign, Writer } from "../writer.ts";
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

const legacy = "the format cosign-legacy is";

export const legacySignatureWriter: Writer<SignatureClaim> = {
  prepare({ claim, subject, options }): LegacyToSign {
    refuseExpiry("cosign-legacy", options);
    imageOnly(subject, legacy);
    return simpleSigningToSign(encodeSimpleSigning(claim));
  },

  assemble({ payload }: LegacyToSign, subject, { signature, material }) {
    const annotations = { [signatureAnnotation]: toBase64(signature), ...(material && encodeMaterial(material)) };
    return tagged(payload, imageOnly(subject, legacy), { tag: "sig", mediaType: payloadMediaType, annotations });
  },

  readingFor: async () => noFiles(legacy),
};

export const legacyAttestationWriter: Writer<AttestationToSign> = {
  prepare({ claim: { statement, predicateType }, subject, options }): LegacyAttestationToSign {
    refuseExpiry("cosign-legacy", options);
    imageOnly(subject, legacy);
    return legacyStatementToSign(statement, predicateType);
  },

  assemble({ payload, predicateType }: LegacyAttestationToSign, subject, { signature, material }) {
    const annotations = { [signatureAnnotation]: "", predicateType, ...(material && encodeMaterial(material)) };
    return tagged(encodeEnvelope(payload, signature), imageOnly(subject, legacy), {
      tag: "att",
      mediaType: envelopeMediaType,
      annotations,
    });
  },

  readingFor: async () => noFiles(legacy),
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
