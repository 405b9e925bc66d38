/** cosign's legacy signatures and attestations: layers under the tags `.sig` and `.att`, or over referrers. */
import { toBase64 } from "../../core/bytes.ts";
import { digestOf } from "../../core/digest.ts";
import type { Evidence, Found } from "../../core/evidence.ts";
import type { Check, Finding } from "../../core/finding.ts";
import type { Descriptor } from "../../core/oci.ts";
import { verifies } from "../../core/public-key.ts";
import type { Subject } from "../../core/subject.ts";
import type { Trust } from "../../trust/trust.ts";
import { certificateUnsupported, checkSignature, findingOf, reading, subjectCheck, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised } from "../format.ts";
import { attestation } from "./attestation.ts";
import type { SignedContent } from "./layer.ts";
import { encodePayload, payloadMediaType, simpleSigning } from "./simple-signing.ts";
import { extendSignatureImage, signatureAnnotation, signatureTag } from "./signature-image.ts";

const layerKinds = new Map([simpleSigning, attestation].map((kind) => [kind.mediaType, kind]));
const certificateAnnotation = "dev.sigstore.cosign/certificate";

interface CosignEvidence extends Evidence {
  readonly content: Reading<SignedContent>;
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

async function verify(evidence: CosignEvidence, subject: Subject, trust: Trust): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, { checks: [evidence.content.problem] });
  const content = evidence.content.value;
  const told = reading(() => content.claimAbout(subject));
  if ("problem" in told) return findingOf(evidence, { checks: [told.problem] });
  const { claim, namesSubject } = told.value;

  const format: Check = { name: "format", outcome: "passed", detail: content.what };
  const about = subjectCheck(namesSubject, claim, subject);
  if (evidence.layer.annotations?.[certificateAnnotation] !== undefined) {
    return findingOf(evidence, { claim, checks: [format, certificateUnsupported("the layer carries a certificate"), about] });
  }
  const { check, signer } = await checkSignature((key) => verifies(key, content.message, content.signature), trust, undefined);
  return findingOf(evidence, { claim, signer, checks: [format, check, about] });
}
