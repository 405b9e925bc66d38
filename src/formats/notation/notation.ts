/** Notary Project signatures attached as referrers, as notation writes them. */
import type { Found } from "../../core/evidence.ts";
import { malformed } from "../../core/errors.ts";
import type { Check } from "../../core/finding.ts";
import type { Descriptor, ImageManifest } from "../../core/oci/manifest.ts";
import { reading, tooLarge } from "../checks.ts";
import type { FormatOfFiles, Recognised } from "../format.ts";
import { checkImageTarget } from "./check-target.ts";
import { envelopeFile } from "./envelope-file.ts";
import { envelopeTypes, maxEnvelopeBytes, type EnvelopeType } from "./envelope-types.ts";
import { notationClaims, verifyNotationEvidence, type NotationEvidence } from "./evidence.ts";
import { isSignatureManifest, signatureType } from "./signature-type.ts";
import { termsOf, toSign, type NotationToSign } from "./to-sign.ts";

export const notation: FormatOfFiles = {
  name: "notation",
  artifactTypes: [signatureType],

  labelOf: ({ artifactType }) => (artifactType === signatureType ? { kind: "signature" } : undefined),

  locations: () => [{ kind: "referrers" }],

  recognise,

  claims: (evidence: NotationEvidence) => notationClaims(evidence),

  verify: (evidence: NotationEvidence, { descriptor }, trust, at, facts = new Map()) =>
    verifyNotationEvidence(evidence, { check: (target) => checkImageTarget(target, descriptor), trust, at, facts }),

  prepare: (request) => toSign(request.subject.descriptor, request),

  async assemble({ prepared }: NotationToSign<Descriptor>, _subject, { signature, material }) {
    const { assembleSignature } = await import("./sign.ts");
    return assembleSignature(prepared, signature, material?.timestamps[0]);
  },

  envelopes: {
    async prepare(request) {
      const [terms, { requestEnvelope }] = await Promise.all([
        termsOf(request.subject.descriptor, request),
        import("./foreign-envelope.ts"),
      ]);
      return requestEnvelope(terms);
    },

    async accept(made, request) {
      const [terms, { acceptEnvelope }] = await Promise.all([
        termsOf(request.subject.descriptor, request),
        import("./foreign-envelope.ts"),
      ]);
      return acceptEnvelope(made, terms);
    },
  },

  files: envelopeFile,
};

function recognise({ location, descriptor, manifest }: Found): Recognised | undefined {
  if (!isSignatureManifest(manifest)) return undefined;
  const common = { format: notation.name, location, manifest: descriptor.digest, layer: manifest.layers[0] ?? descriptor };
  const { layer } = common;
  const found = reading(() => onlyEnvelope(manifest));
  const refused = (problem: Check): Recognised => ({
    fetch: [],
    read: (): readonly NotationEvidence[] => [{ ...common, content: { problem } }],
  });
  if ("problem" in found) return refused(found.problem);
  if (layer.size > maxEnvelopeBytes) return refused(tooLarge(layer.size, maxEnvelopeBytes));
  return {
    fetch: [layer],
    read(blobs): readonly NotationEvidence[] {
      const bytes = blobs.get(layer.digest);
      return bytes ? [{ ...common, content: { value: { type: found.value, bytes } } }] : [];
    },
  };
}

/** The media type of the single envelope that a signature manifest has. */
function onlyEnvelope({ layers }: ImageManifest): EnvelopeType {
  const [layer] = layers;
  if (!layer || layers.length > 1) throw malformed(`the signature's manifest has ${layers.length} layers, expected one`);
  const type = envelopeTypes.find((one) => one === layer.mediaType);
  if (!type) throw malformed(`the signature's layer is of type ${JSON.stringify(layer.mediaType.slice(0, 100))}, which no envelope has`);
  return type;
}
