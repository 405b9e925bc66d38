/** Sigstore bundles over referrers: what cosign 3 writes. */
import { preAuthEncoding } from "../../core/dsse.ts";
import type { Found } from "../../core/evidence.ts";
import { emptyConfig } from "../../core/oci.ts";
import { bundleHint } from "../../core/public-key.ts";
import { statementPayloadType } from "../../core/statement.ts";
import { contentOf } from "../../core/subject.ts";
import { reading, refuseExpiry, tooLarge } from "../checks.ts";
import type { FormatOfFiles, Recognised, ToSign } from "../format.ts";
import { bundleFile } from "./bundle-file.ts";
import { bundleManifest } from "./referrer.ts";
import { encodeSignStatement, signPredicateType } from "./sign-statement.ts";
import { bundleMediaType, encodeBundle, isBundleMediaType, maxBundleBytes, parseBundle } from "./sigstore-bundle.ts";
import { verifyEvidence, type BundleEvidence } from "./verify-evidence.ts";

interface BundleToSign extends ToSign {
  readonly payload: Uint8Array;
}

export const bundle: FormatOfFiles = {
  name: "bundle",
  artifactTypes: [bundleMediaType],

  places: () => [{ kind: "referrers" }],

  recognise,

  verify: (evidence: BundleEvidence, subject, trust, at) => verifyEvidence(evidence, contentOf(subject), trust, at),

  prepare({ claim, options }): BundleToSign {
    refuseExpiry(bundle.name, options);
    const payload = encodeSignStatement(claim);
    const content = { kind: "envelope", payload, payloadType: statementPayloadType } as const;
    return { payload, content, bytes: preAuthEncoding(statementPayloadType, payload) };
  },

  assemble({ payload }: BundleToSign, subject, { signature, by, seals }, at) {
    const blob = encodeBundle({ payload, payloadType: statementPayloadType }, signature, { hint: bundleHint(by.publicKey), ...seals });
    const manifest = bundleManifest(blob, signPredicateType, subject.descriptor, at);
    return { kind: "referrer", blobs: [blob, emptyConfig.bytes], manifest };
  },

  files: bundleFile,
};

function recognise({ place, descriptor, manifest }: Found): Recognised | undefined {
  const layers = manifest.layers.filter((layer) => isBundleMediaType(layer.mediaType));
  if (layers.length === 0) return undefined;
  return {
    fetch: layers.filter((layer) => layer.size <= maxBundleBytes),
    read: (blobs) =>
      layers.flatMap((layer): BundleEvidence[] => {
        const common = { format: bundle.name, place, manifest: descriptor.digest, layer };
        if (layer.size > maxBundleBytes) return [{ ...common, bundle: { problem: tooLarge(layer.size, maxBundleBytes) } }];
        const bytes = blobs.get(layer.digest);
        return bytes ? [{ ...common, bundle: reading(() => parseBundle(bytes)) }] : [];
      }),
  };
}
