/** Signatures of the Notary Project over referrers: what notation writes. What only they need is loaded when there is one. */
import type { Evidence, Found } from "../../core/evidence.ts";
import { malformed } from "../../core/errors.ts";
import type { Check } from "../../core/finding.ts";
import type { ImageManifest } from "../../core/oci.ts";
import { findingOf, reading, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised, SignatureTerms, ToSign } from "../format.ts";
import { envelopeTypes, maxEnvelopeBytes, type EnvelopeType } from "./envelope-types.ts";
import type { PreparedSignature, Terms } from "./sign.ts";
import { isSignatureManifest, signatureType } from "./signature-type.ts";

interface Content {
  readonly type: EnvelopeType;
  readonly bytes: Uint8Array;
}

interface NotationEvidence extends Evidence {
  readonly content: Reading<Content>;
}

interface NotationToSign extends ToSign {
  readonly prepared: PreparedSignature;
}

/** To look up a module that is loaded takes longer than to read an envelope. */
let verifying: Promise<[typeof import("./envelope-kinds.ts"), typeof import("./verify-signature.ts")]> | undefined;

export const notation: Format = {
  name: "notation",
  artifactTypes: [signatureType],

  places: () => [{ kind: "referrers" }],

  recognise,

  async verify(evidence: NotationEvidence, subject, trust, at, facts = new Map()) {
    if ("problem" in evidence.content) return findingOf(evidence, { checks: [evidence.content.problem] });
    const { type, bytes } = evidence.content.value;
    verifying ??= Promise.all([import("./envelope-kinds.ts"), import("./verify-signature.ts")]);
    const [{ envelopeKinds }, { verifySignature }] = await verifying;
    return verifySignature(evidence, { kind: envelopeKinds[type], bytes }, { subject, trust, at, facts });
  },

  async prepare({ by, ...request }): Promise<NotationToSign> {
    const [terms, { prepareSignature }] = await Promise.all([termsOf(request), import("./sign.ts")]);
    const prepared = await prepareSignature({ ...terms, chain: by.chain ?? [] });
    return { bytes: prepared.toBeSigned, scheme: prepared.scheme, prepared };
  },

  async assemble({ prepared }: NotationToSign, _subject, { signature, seals }) {
    const { assembleSignature } = await import("./sign.ts");
    return assembleSignature(prepared, signature, seals?.timestamps[0]);
  },

  envelopes: {
    async prepare(request) {
      const [terms, { requestEnvelope }] = await Promise.all([termsOf(request), import("./foreign-envelope.ts")]);
      return requestEnvelope(terms);
    },

    async accept(made, request) {
      const [terms, { acceptEnvelope }] = await Promise.all([termsOf(request), import("./foreign-envelope.ts")]);
      return acceptEnvelope(made, terms);
    },
  },
};

async function termsOf({ claim, subject, options }: SignatureTerms): Promise<Terms> {
  const { envelopeKinds } = await import("./envelope-kinds.ts");
  const kind = envelopeKinds[options.envelope === "cose" ? "application/cose" : "application/jose+json"];
  return { ...options, kind, annotations: claim.annotations, subject: subject.descriptor };
}

function recognise({ place, descriptor, manifest }: Found): Recognised | undefined {
  if (!isSignatureManifest(manifest)) return undefined;
  const common = { format: notation.name, place, manifest: descriptor.digest, layer: manifest.layers[0] ?? descriptor };
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

/** The type of the one envelope that a signature's manifest has. */
function onlyEnvelope({ layers }: ImageManifest): EnvelopeType {
  const [layer] = layers;
  if (!layer || layers.length > 1) throw malformed(`the signature's manifest has ${layers.length} layers, expected one`);
  const type = envelopeTypes.find((one) => one === layer.mediaType);
  if (!type) throw malformed(`the signature's layer is of type ${JSON.stringify(layer.mediaType.slice(0, 100))}, which no envelope has`);
  return type;
}
