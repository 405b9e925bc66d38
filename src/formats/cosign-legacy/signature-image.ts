/**
 * The image under a `.sig` tag: one layer for each signature, with the signature in the layer's annotation. Its config lists the layers
 * like that of a container image, as cosign writes and expects it.
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { digestOf, hexOf, algorithmOf, type Digest } from "../../core/digest.ts";
import { descriptorToJson, mediaTypes, type Descriptor, type ImageManifest } from "../../core/oci/manifest.ts";

export const signatureAnnotation = "dev.cosignproject.cosign/signature";

/** `sha256-<hex>.sig` */
export function signatureTag(digest: Digest, suffix: "sig" | "att"): string {
  return `${algorithmOf(digest)}-${hexOf(digest)}.${suffix}`;
}

export function extendSignatureImage(
  existing: ImageManifest | undefined,
  layer: Descriptor,
): { config: Uint8Array; manifest: Uint8Array; mediaType: string } {
  const layers = [...(existing?.layers ?? []), layer];
  const mediaType = existing?.mediaType ?? mediaTypes.ociManifest;
  const created = "0001-01-01T00:00:00Z";
  const config = encodeUtf8(
    JSON.stringify({
      architecture: "",
      created,
      history: layers.map(() => ({ created })),
      os: "",
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
      config: {},
    }),
  );
  const manifest = encodeUtf8(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: existing?.config?.mediaType ?? mediaTypes.ociConfig, size: config.length, digest: digestOf(config) },
      layers: layers.map(descriptorToJson),
      ...(Object.keys(existing?.annotations ?? {}).length > 0 && { annotations: existing?.annotations }),
    }),
  );
  return { config, manifest, mediaType };
}
