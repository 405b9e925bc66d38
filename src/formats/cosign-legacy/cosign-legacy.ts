/** cosign's legacy signatures and attestations: layers under the tags `.sig` and `.att`, or over referrers. */
import type { Found } from "../../core/evidence.ts";
import type { Check, Finding } from "../../core/finding.ts";
import { distinctDescriptors } from "../../core/oci/manifest.ts";
import type { Instant } from "../../core/instant.ts";
import { subjectContent, type Subject } from "../../core/subject.ts";
import { verifyKeySignature, type SignatureResult } from "../../verification/key-signature.ts";
import { verifySignature } from "../../verification/verify-signature.ts";
import type { Trust } from "../../trust/trust.ts";
import { findingOf, reading, readingAsync, subjectCheck, tooLarge, type Reading } from "../checks.ts";
import type { Format, Recognised } from "../format.ts";
import { formatLimits, type FormatLimits } from "../limits.ts";
import { legacyAbilities } from "./abilities.ts";
import { attestationLayer } from "./attestation.ts";
import type { CosignEvidence } from "./evidence.ts";
import type { LayerKind, SignedLayer } from "./layer.ts";
import { hasMaterial, type Annotations } from "./material-annotations.ts";
import { signatureTag } from "./signature-image.ts";
import { simpleSigning } from "./simple-signing.ts";
import { parseLegacyMaterial } from "./verification-material.ts";

/** cosign's artifact type for signatures. That of attestations is no label, since other tools use it with other meanings. */
const signatureArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";
const attestationArtifactType = "application/vnd.in-toto+json";

export function cosignLegacyFormat(limits: FormatLimits): Format {
  const layerKinds = new Map([simpleSigning, attestationLayer(limits)].map((kind) => [kind.mediaType, kind]));
  return {
    name: "cosign-legacy",
    ownsType: (artifactType) => artifactType === signatureArtifactType || artifactType === attestationArtifactType,

    labelOf: ({ artifactType }) => (artifactType === signatureArtifactType ? { kind: "signature" } : undefined),

    locations: ({ digest }) => [
      { kind: "tag", tag: signatureTag(digest, "sig"), holds: ["signature"] },
      { kind: "tag", tag: signatureTag(digest, "att"), holds: ["attestation"] },
      { kind: "referrers" },
    ],

    recognise: (found) => recognise(found, layerKinds),

    claims({ content }: CosignEvidence, about) {
      const stated = "value" in content ? reading(() => content.value.claimAbout(about)) : content;
      if ("problem" in stated || "problem" in content) return { claims: [] };
      const { attests } = content.value;
      return { claims: [stated.value.claim], ...(attests && { statement: attests.statement }) };
    },

    verify: (evidence: CosignEvidence, subject, trust, at) => verify(evidence, subject, trust, at),

    material: async (evidence: CosignEvidence) => (await import("./parts.ts")).legacyParts(evidence),

    writers: {
      signature: { abilities: legacyAbilities, open: async () => (await import("./write.ts")).legacySignatureWriter },
      attestation: { abilities: legacyAbilities, open: async () => (await import("./write.ts")).legacyAttestationWriter },
    },
  };
}

export const cosignLegacy: Format = cosignLegacyFormat(formatLimits);

function recognise({ location, descriptor, manifest }: Found, layerKinds: ReadonlyMap<string, LayerKind>): Recognised | undefined {
  const layers = distinctDescriptors(manifest.layers).flatMap((layer) => {
    const kind = layerKinds.get(layer.mediaType);
    return kind ? [{ layer, kind }] : [];
  });
  if (layers.length === 0) return undefined;
  return {
    fetch: layers.filter(({ layer, kind }) => layer.size <= kind.maxBytes).map(({ layer }) => layer),
    pieces: layers.length,
    async read(blobs, signal) {
      const evidence: CosignEvidence[] = [];
      for (const { layer, kind } of layers) {
        const common = { format: "cosign-legacy", location, manifest: descriptor.digest, layer };
        const bytes = blobs.get(layer.digest);
        if (layer.size > kind.maxBytes) evidence.push({ ...common, content: { problem: tooLarge(layer.size, kind.maxBytes) } });
        else if (bytes) evidence.push({ ...common, content: await readingAsync(() => kind.read(layer, bytes, signal), signal) });
      }
      return evidence;
    },
  };
}

async function verify(evidence: CosignEvidence, subject: Subject, trust: Trust, at: Instant): Promise<Finding> {
  if ("problem" in evidence.content) return findingOf(evidence, at, { checks: [evidence.content.problem] });
  const layer = evidence.content.value;
  const parsed = reading(() => layer.claimAbout(subjectContent(subject)));
  if ("problem" in parsed) return findingOf(evidence, at, { checks: [parsed.problem] });
  const { claim, namesSubject } = parsed.value;
  const stated = { claim, statement: layer.attests?.statement };
  const verified = await verifyLayer(layer, evidence.layer.annotations ?? {}, trust, at);
  if ("problem" in verified) return findingOf(evidence, at, { ...stated, checks: [verified.problem] });
  const { checks, ...result } = verified.value;
  const format: Check = { name: "format", outcome: "passed", detail: layer.what };
  return findingOf(evidence, at, { ...result, ...stated, checks: [format, ...checks, subjectCheck(namesSubject, claim, subject)] });
}

async function verifyLayer(layer: SignedLayer, annotations: Annotations, trust: Trust, at: Instant): Promise<Reading<SignatureResult>> {
  if (!hasMaterial(annotations)) return { value: await verifyKeySignature(layer, trust.keys) };
  const material = reading(() => parseLegacyMaterial(annotations));
  if ("problem" in material) return material;
  return { value: await verifySignature({ evidence: { ...layer, stamped: layer.timestamped, ...material.value }, trust, at }) };
}
