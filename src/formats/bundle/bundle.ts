/** Sigstore bundles attached as referrers, as cosign 3 writes them. */
import type { Digest } from "../../core/digest.ts";
import { preAuthEncoding } from "../../core/envelopes/dsse.ts";
import { malformed } from "../../core/errors.ts";
import type { Found } from "../../core/evidence.ts";
import { emptyConfig, type ImageManifest } from "../../core/oci/manifest.ts";
import { bundleHint } from "../../core/keys/public-key.ts";
import { statementPayloadType } from "../../core/statements/statement.ts";
import { subjectContent } from "../../core/subject.ts";
import { reading, refuseExpiry, tooLarge } from "../checks.ts";
import type { FormatOfFiles, Recognised, ToSign } from "../format.ts";
import { bundleFile } from "./bundle-file.ts";
import {
  encodePendingRecord,
  maxRecordBytes,
  parsePendingRecord,
  pendingMediaType,
  saysPending,
  type PendingRecord,
} from "./pending-record.ts";
import { bundleManifest, predicateTypeAnnotation } from "./referrer.ts";
import { encodeSignStatement, signPredicateType } from "./sign-statement.ts";
import { bundleMediaType, encodeBundle, isBundleMediaType, maxBundleBytes } from "./sigstore-bundle.ts";
import { bundleEvidence, bundleClaims, verifyBundleEvidence, type BundleEvidence } from "./verify-evidence.ts";

interface BundleToSign extends ToSign {
  readonly payload: Uint8Array;
}

export const bundle: FormatOfFiles = {
  name: "bundle",
  artifactTypes: [bundleMediaType],

  labelOf({ artifactType = "", annotations = {} }) {
    const predicateType = annotations[predicateTypeAnnotation];
    if (!isBundleMediaType(artifactType) || predicateType === undefined) return undefined;
    return predicateType === signPredicateType ? { kind: "signature" } : { kind: "attestation", predicateType };
  },

  locations: () => [{ kind: "referrers" }],

  recognise,

  claims: (evidence: BundleEvidence, about) => bundleClaims(evidence, about),

  verify: (evidence: BundleEvidence, subject, trust, at) => verifyBundleEvidence(evidence, subjectContent(subject), trust, at),

  prepare({ claim, options }): BundleToSign {
    refuseExpiry(bundle.name, options);
    const payload = encodeSignStatement(claim);
    const content = { kind: "envelope", payload, payloadType: statementPayloadType } as const;
    return { payload, content, bytes: preAuthEncoding(statementPayloadType, payload) };
  },

  assemble({ payload }: BundleToSign, subject, { signature, by, material }, at) {
    const blob = encodeBundle({ payload, payloadType: statementPayloadType }, signature, { hint: bundleHint(by.publicKey), ...material });
    const logs = material?.pending;
    const pending = logs && encodePendingRecord({ logs, ...(!material.certificate && { publicKey: by.publicKey.spki }) });
    const manifest = bundleManifest({ bundle: blob, pending, predicateType: signPredicateType, subject: subject.descriptor, at });
    return { kind: "referrer", blobs: [blob, emptyConfig.bytes, ...(pending ? [pending] : [])], manifest };
  },

  pending: {
    of: async (evidence: BundleEvidence) => evidence.pending && (await import("./pending-upload.ts")).uploadOf(evidence),
    complete: async (evidence: BundleEvidence, entries, subject, at) =>
      (await import("./pending-upload.ts")).completed(evidence, { entries, subject: subject.descriptor, at }),
  },

  files: bundleFile,
};

function recognise({ location, descriptor, manifest }: Found): Recognised | undefined {
  const layers = manifest.layers.filter((layer) => isBundleMediaType(layer.mediaType));
  if (layers.length === 0) return undefined;
  const isPending = saysPending(manifest);
  const records = isPending ? manifest.layers.filter(isRecord) : [];
  return {
    fetch: [...layers.filter((layer) => layer.size <= maxBundleBytes), ...records],
    read(blobs) {
      const pending = isPending ? { pending: reading(() => readRecord(manifest, blobs)) } : {};
      return layers.flatMap((layer): BundleEvidence[] => {
        const common = { format: bundle.name, location, manifest: descriptor.digest, layer, ...pending };
        if (layer.size > maxBundleBytes) return [{ ...common, bundle: { problem: tooLarge(layer.size, maxBundleBytes) } }];
        const bytes = blobs.get(layer.digest);
        return bytes ? [bundleEvidence(common, bytes)] : [];
      });
    },
  };
}

function isRecord({ mediaType, size }: ImageManifest["layers"][number]): boolean {
  return mediaType === pendingMediaType && size <= maxRecordBytes;
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
