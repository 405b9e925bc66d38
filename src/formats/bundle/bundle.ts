/** Sigstore bundles: attached to images as referrers, as cosign 3 writes them, and as files. */
import type { Digest } from "../../core/digest.ts";
import { malformed } from "../../core/errors.ts";
import type { Found } from "../../core/evidence.ts";
import type { Check } from "../../core/finding.ts";
import { distinctDescriptors, type ImageManifest } from "../../core/oci/manifest.ts";
import { findingOf, reading, tooLarge } from "../checks.ts";
import type { FormatOfFiles, Recognised } from "../format.ts";
import { formatLimits, type FormatLimits } from "../limits.ts";
import { bundleAbilities } from "./abilities.ts";
import { bundleFiles } from "./bundle-file.ts";
import { bundleClaims, readBundleEvidence, verifyBundleEvidence, type BundleEvidence } from "./evidence.ts";
import { parsePendingRecord, pendingMediaType, saysPending, type PendingRecord } from "./pending-record.ts";
import { predicateTypeAnnotation } from "./referrer.ts";
import { signPredicateType } from "./sign-statement.ts";
import { isBundleMediaType } from "./sigstore-bundle.ts";

export function bundleFormat({ bundleBytes }: FormatLimits): FormatOfFiles {
  return {
    name: "bundle",
    ownsType: isBundleMediaType,

    labelOf({ artifactType = "", annotations = {} }) {
      const predicateType = annotations[predicateTypeAnnotation];
      if (!isBundleMediaType(artifactType) || predicateType === undefined) return undefined;
      return predicateType === signPredicateType ? { kind: "signature" } : { kind: "attestation", predicateType };
    },

    locations: () => [{ kind: "referrers" }],

    recognise: (found) => recognise(found, bundleBytes),

    claims: (evidence: BundleEvidence, about) => bundleClaims(evidence, about),

    async verify(evidence: BundleEvidence, subject, trust, at) {
      if (subject.kind === "file" && subject.mediaType !== undefined)
        return findingOf(evidence, at, { checks: [otherMediaType(subject.mediaType)] });
      return verifyBundleEvidence(evidence, subject, trust, at);
    },

    material: async (evidence: BundleEvidence) => (await import("./parts.ts")).bundleParts(evidence),

    writers: {
      signature: { abilities: bundleAbilities, open: async () => (await import("./write-signature.ts")).bundleSignatureWriter },
      attestation: {
        abilities: { ...bundleAbilities, signsFiles: false },
        open: async () => (await import("./write-statement.ts")).bundleAttestationWriter,
      },
    },

    files: bundleFiles(bundleBytes),
  };
}

export const bundle: FormatOfFiles = bundleFormat(formatLimits);

function otherMediaType(mediaType: string): Check {
  const detail = `says nothing of a media type, and ${JSON.stringify(mediaType)} is asked for`;
  return { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail };
}

function recognise({ location, descriptor, manifest }: Found, maxBytes: number): Recognised | undefined {
  const layers = distinctDescriptors(manifest.layers).filter((layer) => isBundleMediaType(layer.mediaType));
  if (layers.length === 0) return undefined;
  const isPending = saysPending(manifest);
  const records = isPending ? manifest.layers.filter(isRecord) : [];
  return {
    fetch: [...layers.filter((layer) => layer.size <= maxBytes), ...records],
    pieces: layers.length,
    async read(blobs, signal) {
      const pending = isPending ? { isPending, pending: reading(() => readRecord(manifest, blobs)) } : {};
      const evidence: BundleEvidence[] = [];
      for (const layer of layers) {
        const common = { format: "bundle", location, manifest: descriptor.digest, layer, ...pending };
        const bytes = blobs.get(layer.digest);
        if (layer.size > maxBytes) evidence.push({ ...common, bundle: { problem: tooLarge(layer.size, maxBytes) } });
        else if (bytes) evidence.push(await readBundleEvidence(common, bytes, { maxBytes, signal }));
      }
      return evidence;
    },
  };
}

function isRecord({ mediaType, size }: ImageManifest["layers"][number]): boolean {
  return mediaType === pendingMediaType && size <= formatLimits.pendingRecordBytes;
}

/** The record is only read beside a single bundle, since the manifest is deleted once its signature is logged. */
function readRecord({ layers }: ImageManifest, blobs: ReadonlyMap<Digest, Uint8Array>): PendingRecord {
  const record = layers.find(isRecord);
  const bytes = record && blobs.get(record.digest);
  if (!bytes || layers.length !== 2) {
    throw malformed("a pending signature must have exactly one pending record beside it");
  }
  return parsePendingRecord(bytes);
}
