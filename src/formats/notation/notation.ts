/** Notary Project signatures: attached to images as referrers, as notation writes them, and as files. */
import type { Found } from "../../core/evidence.ts";
import { malformed } from "../../core/errors.ts";
import type { Check } from "../../core/finding.ts";
import type { ImageManifest } from "../../core/oci/manifest.ts";
import { reading, tooLarge } from "../checks.ts";
import type { FormatOfFiles, Recognised } from "../format.ts";
import { checkTarget } from "./check-target.ts";
import { envelopeFiles, envelopeSuffixes } from "./envelope-file.ts";
import type { WriterAbilities } from "../writer.ts";
import { formatLimits } from "../limits.ts";
import { envelopeTypes, type EnvelopeType } from "./envelope-types.ts";
import { notationClaims, verifyNotationEvidence, type NotationEvidence } from "./evidence.ts";
import { isSignatureManifest, signatureType } from "./signature-type.ts";

const abilities: WriterAbilities = {
  stores: "referrer",
  signsFiles: true,
  needsChain: true,
  takesExpiry: true,
  envelopes: [
    { type: "jws", suffix: envelopeSuffixes.jws },
    { type: "cose", suffix: envelopeSuffixes.cose },
  ],
  canWait: false,
};

export const notation: FormatOfFiles = {
  name: "notation",
  ownsType: (artifactType) => artifactType === signatureType,

  labelOf: ({ artifactType }) => (artifactType === signatureType ? { kind: "signature" } : undefined),

  locations: () => [{ kind: "referrers" }],

  recognise,

  claims: (evidence: NotationEvidence) => notationClaims(evidence),

  verify: (evidence: NotationEvidence, subject, trust, at, facts = new Map()) =>
    verifyNotationEvidence(evidence, { check: (target, algorithm) => checkTarget(target, subject, algorithm), trust, at, facts }),

  material: async (evidence: NotationEvidence) => (await import("./parts.ts")).notationParts(evidence),

  writers: { signature: { abilities, open: async () => (await import("./write.ts")).notationWriter } },

  files: envelopeFiles,
};

function recognise({ location, descriptor, manifest }: Found): Recognised | undefined {
  if (!isSignatureManifest(manifest)) return undefined;
  const common = { format: notation.name, location, manifest: descriptor.digest, layer: manifest.layers[0] ?? descriptor };
  const { layer } = common;
  const found = reading(() => onlyEnvelope(manifest));
  const refused = (problem: Check): Recognised => ({
    fetch: [],
    pieces: 1,
    read: async (): Promise<readonly NotationEvidence[]> => [{ ...common, content: { problem } }],
  });
  if ("problem" in found) return refused(found.problem);
  if (layer.size > formatLimits.envelopeBytes) return refused(tooLarge(layer.size, formatLimits.envelopeBytes));
  return {
    fetch: [layer],
    pieces: 1,
    async read(blobs): Promise<readonly NotationEvidence[]> {
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
