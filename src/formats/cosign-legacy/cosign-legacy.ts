/** cosign's legacy signatures and attestations: layers under the tags `.sig` and `.att`, or over referrers. */
import { toBase64 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import type { Evidence, Found } from "../../core/evidence.ts";
import type { Check, Finding } from "../../core/finding.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import type { Instant } from "../../core/instant.ts";
import { subjectContent, type Subject } from "../../core/subject.ts";
import { verifyKeySignature, type SignatureResult } from "../../verification/key-signature.ts";
import { verifySignature } from "../../verification/verify-signature.ts";
import type { Trust } from "../../trust/trust.ts";
import { findingOf, reading, refuseExpiry, subjectCheck, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised, ToSign } from "../format.ts";
import { encodeMaterial } from "./encode-verification-material.ts";
import { attestation } from "./attestation.ts";
import type { SignedLayer } from "./layer.ts";
import { hasMaterial, type Annotations } from "./material-annotations.ts";
import { encodeSimpleSigning, payloadMediaType, simpleSigning } from "./simple-signing.ts";
import { parseLegacyMaterial } from "./verification-material.ts";
import { extendSignatureImage, signatureAnnotation, signatureTag } from "./signature-image.ts";

const layerKinds = new Map([simpleSigning, attestation].map((kind) => [kind.mediaType, kind]));

/** cosign's artifact type for signatures. Attestations have `application/vnd.in-toto+json`, which other tools use with other meanings. */
const signatureArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";

interface CosignEvidence extends Evidence {
  readonly content: Reading<SignedLayer>;
}

interface CosignToSign extends ToSign {
  readonly payload: Uint8Array;
}

export const cosignLegacy: Format = {
  name: "cosign-legacy",
  artifactTypes: [signatureArtifactType],

  labelOf: ({ artifactType }) => (artifactType === signatureArtifactType ? { kind: "signature" } : undefined),

  locations: ({ digest }) => [
    { kind: "tag", tag: signatureTag(digest, "sig"), holds: ["signature"] },
    { kind: "tag", tag: signatureTag(digest, "att"), holds: ["attestation"] },
    { kind: "referrers" },
  ],

  recognise,

  claims: ({ content }: CosignEvidence, about) => {
    const stated = "value" in content ? reading(() => content.value.claimAbout(about)) : content;
    return { claims: "value" in stated ? [stated.value.claim] : [] };
  },

  verify: (evidence: CosignEvidence, subject, trust, at) => verify(evidence, subject, trust, at),

  prepare({ claim, options }): CosignToSign {
    refuseExpiry(cosignLegacy.name, options);
    const payload = encodeSimpleSigning(claim);
    return { payload, content: { kind: "message", message: payload }, bytes: payload };
  },

  assemble({ payload }: CosignToSign, subject, { signature, material }) {
    const layer: Descriptor = {
      mediaType: payloadMediaType,
      size: payload.length,
      digest: digestOf(payload),
      annotations: { [signatureAnnotation]: toBase64(signature), ...(material && encodeMaterial(material)) },
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

function recognise({ location, descriptor, manifest }: Found): Recognised | undefined {
  const layers = manifest.layers.flatMap((layer) => {
    const kind = layerKinds.get(layer.mediaType);
    return kind ? [{ layer, kind }] : [];
  });
  if (layers.length === 0) return undefined;
  return {
    fetch: layers.filter(({ layer, kind }) => layer.size <= kind.maxBytes).map(({ layer }) => layer),
    read: (blobs) =>
      layers.flatMap(({ layer, kind }): CosignEvidence[] => {
        const common = { format: cosignLegacy.name, location, manifest: descriptor.digest, layer };
        if (layer.size > kind.maxBytes) return [{ ...common, content: { problem: tooLarge(layer.size, kind.maxBytes) } }];
        const bytes = blobs.get(layer.digest);
        return bytes ? [{ ...common, content: reading(() => kind.read(layer, bytes)) }] : [];
      }),
  };
}

async function verify(evidence: CosignEvidence, subject: Subject, trust: Trust, at: Instant): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, at, { checks: [evidence.content.problem] });
  const layer = evidence.content.value;
  const parsed = reading(() => layer.claimAbout(subjectContent(subject)));
  if ("problem" in parsed) return findingOf(evidence, at, { checks: [parsed.problem] });
  const { claim, namesSubject } = parsed.value;
  const verified = await verifyLayer(layer, evidence.layer.annotations ?? {}, trust, at);
  if ("problem" in verified) return findingOf(evidence, at, { claim, checks: [verified.problem] });
  const { checks, ...result } = verified.value;
  const format: Check = { name: "format", outcome: "passed", detail: layer.what };
  return findingOf(evidence, at, { ...result, claim, checks: [format, ...checks, subjectCheck(namesSubject, claim, subject)] });
}

async function verifyLayer(layer: SignedLayer, annotations: Annotations, trust: Trust, at: Instant): Promise<Reading<SignatureResult>> {
  if (!hasMaterial(annotations)) return { value: await verifyKeySignature(layer, trust.keys) };
  const material = reading(() => parseLegacyMaterial(annotations));
  if ("problem" in material) return material;
  return { value: await verifySignature({ evidence: { ...layer, ...material.value }, trust, at }) };
}
