/** cosign's legacy signatures: simple signing payloads as layers, under a `.sig` tag or over referrers. */
import { fromBase64, toBase64 } from "../../core/bytes.ts";
import { algorithmOf, digestOf, hexOf } from "../../core/digest.ts";
import type { Evidence, Found, SignatureClaim } from "../../core/evidence.ts";
import type { Check, Finding } from "../../core/finding.ts";
import type { Descriptor } from "../../core/oci.ts";
import { isNamedBy, type Subject } from "../../core/subject.ts";
import type { Trust } from "../../trust/trust.ts";
import { certificateUnsupported, checkSignature, findingOf, reading, subjectCheck, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised } from "../format.ts";
import { encodePayload, maxPayloadBytes, parsePayload, payloadMediaType } from "./payload.ts";
import { extendSignatureImage, signatureAnnotation, signatureTag } from "./signature-image.ts";

const certificateAnnotation = "dev.sigstore.cosign/certificate";

interface SimpleSignature {
  /** The layer's bytes, which are what is signed. */
  readonly payload: Uint8Array;
  readonly claim: SignatureClaim;
  readonly signature: Uint8Array;
}

interface CosignEvidence extends Evidence {
  readonly content: Reading<SimpleSignature>;
}

export const cosign: Format = {
  name: "cosign",
  artifactTypes: ["application/vnd.dev.cosign.artifact.sig.v1+json"],

  places: ({ digest }) => [
    { kind: "tag", tag: signatureTag(digest, "sig"), holds: ["signature"] },
    { kind: "tag", tag: signatureTag(digest, "att"), holds: ["attestation"] },
    { kind: "referrers" },
  ],

  recognise,

  verify: (evidence: CosignEvidence, subject, trust) => verify(evidence, subject, trust),

  prepare(claim) {
    const payload = encodePayload(claim);
    return { payload, bytes: payload };
  },

  assemble({ payload }, subject, { signature }) {
    const layer: Descriptor = {
      mediaType: payloadMediaType,
      size: payload.length,
      digest: digestOf(payload),
      annotations: { [signatureAnnotation]: toBase64(signature) },
    };
    return {
      kind: "tag",
      tag: signatureTag(subject.digest, "sig"),
      layer,
      extend(existing) {
        const { config, manifest, mediaType } = extendSignatureImage(existing, layer);
        return { blobs: [payload, config], manifest, mediaType };
      },
    };
  },
};

function recognise({ place, descriptor, manifest }: Found): Recognised | undefined {
  const layers = manifest.layers.filter((layer) => layer.mediaType === payloadMediaType);
  if (layers.length === 0) return undefined;
  return {
    fetch: layers.filter((layer) => layer.size <= maxPayloadBytes),
    read: (blobs) =>
      layers.flatMap((layer): CosignEvidence[] => {
        const common = { format: cosign.name, place, manifest: descriptor.digest, layer };
        if (layer.size > maxPayloadBytes) return [{ ...common, content: { problem: tooLarge(layer.size, maxPayloadBytes) } }];
        const payload = blobs.get(layer.digest);
        return payload ? [{ ...common, content: reading(() => readLayer(layer, payload)) }] : [];
      }),
  };
}

function readLayer(layer: Descriptor, payload: Uint8Array): SimpleSignature {
  const signature = fromBase64(layer.annotations?.[signatureAnnotation] ?? "", `the annotation ${signatureAnnotation}`);
  return { payload, claim: parsePayload(payload), signature };
}

async function verify(evidence: CosignEvidence, subject: Subject, trust: Trust): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, { checks: [evidence.content.problem] });
  const { payload, claim, signature } = evidence.content.value;

  const format: Check = { name: "format", outcome: "passed", detail: "a simple signing payload" };
  const about = subjectCheck(isNamedBy(subject, { [algorithmOf(claim.subject)]: hexOf(claim.subject) }), claim, subject);
  if (evidence.layer.annotations?.[certificateAnnotation] !== undefined) {
    return findingOf(evidence, { claim, checks: [format, certificateUnsupported("the layer carries a certificate"), about] });
  }
  const { check, signer } = await checkSignature(payload, signature, trust, undefined);
  return findingOf(evidence, { claim, signer, checks: [format, check, about] });
}
