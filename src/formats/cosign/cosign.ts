/** cosign's legacy signatures and attestations: layers under the tags `.sig` and `.att`, or over referrers. */
import { toBase64 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import type { Evidence, Found } from "../../core/evidence.ts";
import type { Check, Finding } from "../../core/finding.ts";
import type { Descriptor } from "../../core/oci.ts";
import type { Instant } from "../../core/instant.ts";
import type { Subject } from "../../core/subject.ts";
import { proveKeySignature, type SignatureProof } from "../../proof/key-signature.ts";
import type { Trust } from "../../trust/trust.ts";
import { findingOf, reading, refuseExpiry, subjectCheck, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised, ToSign } from "../format.ts";
import { encodeSeals } from "./encode-seals.ts";
import { attestation } from "./attestation.ts";
import type { SignedLayer } from "./layer.ts";
import { isSealed, type Annotations } from "./seal-annotations.ts";
import { encodePayload, payloadMediaType, simpleSigning } from "./simple-signing.ts";
import { extendSignatureImage, signatureAnnotation, signatureTag } from "./signature-image.ts";

const layerKinds = new Map([simpleSigning, attestation].map((kind) => [kind.mediaType, kind]));

interface CosignEvidence extends Evidence {
  readonly content: Reading<SignedLayer>;
}

interface CosignToSign extends ToSign {
  readonly payload: Uint8Array;
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

  verify: (evidence: CosignEvidence, subject, trust, at) => verify(evidence, subject, trust, at),

  prepare({ claim, options }): CosignToSign {
    refuseExpiry(cosign.name, options);
    const payload = encodePayload(claim);
    return { payload, content: { kind: "message", message: payload }, bytes: payload };
  },

  assemble({ payload }: CosignToSign, subject, { signature, seals }) {
    const layer: Descriptor = {
      mediaType: payloadMediaType,
      size: payload.length,
      digest: digestOf(payload),
      annotations: { [signatureAnnotation]: toBase64(signature), ...(seals && encodeSeals(seals)) },
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
  const layers = manifest.layers.flatMap((layer) => {
    const kind = layerKinds.get(layer.mediaType);
    return kind ? [{ layer, kind }] : [];
  });
  if (layers.length === 0) return undefined;
  return {
    fetch: layers.filter(({ layer, kind }) => layer.size <= kind.maxBytes).map(({ layer }) => layer),
    read: (blobs) =>
      layers.flatMap(({ layer, kind }): CosignEvidence[] => {
        const common = { format: cosign.name, place, manifest: descriptor.digest, layer };
        if (layer.size > kind.maxBytes) return [{ ...common, content: { problem: tooLarge(layer.size, kind.maxBytes) } }];
        const bytes = blobs.get(layer.digest);
        return bytes ? [{ ...common, content: reading(() => kind.read(layer, bytes)) }] : [];
      }),
  };
}

async function verify(evidence: CosignEvidence, subject: Subject, trust: Trust, at: Instant): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, { checks: [evidence.content.problem] });
  const layer = evidence.content.value;
  const told = reading(() => layer.claimAbout(subject));
  if ("problem" in told) return findingOf(evidence, { checks: [told.problem] });
  const { claim, namesSubject } = told.value;
  const proof = await prove(layer, evidence.layer.annotations ?? {}, trust, at);
  if ("problem" in proof) return findingOf(evidence, { claim, checks: [proof.problem] });
  const { checks, ...proven } = proof.value;
  const format: Check = { name: "format", outcome: "passed", detail: layer.what };
  return findingOf(evidence, { ...proven, claim, checks: [format, ...checks, subjectCheck(namesSubject, claim, subject)] });
}

/** What only certificates, logs and timestamps need is loaded for a layer that has one beside it. */
async function prove(layer: SignedLayer, annotations: Annotations, trust: Trust, at: Instant): Promise<Reading<SignatureProof>> {
  if (!isSealed(annotations)) return { value: await proveKeySignature(layer, trust.keys) };
  const { parseSeals } = await import("./seals.ts");
  const seals = reading(() => parseSeals(annotations));
  if ("problem" in seals) return seals;
  const { proveSignature } = await import("../../proof/prove-signature.ts");
  return { value: await proveSignature({ evidence: { ...layer, ...seals.value }, trust, at }) };
}
