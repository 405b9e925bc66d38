/** By what a manifest is known to hold a signature: `artifactType`, or, as notation 1 writes it, the type in `config.mediaType`. */
import type { ImageManifest } from "../../core/oci/manifest.ts";

export const signatureType = "application/vnd.cncf.notary.signature";

export function isSignatureManifest({ artifactType, config }: ImageManifest): boolean {
  return artifactType === signatureType || config?.mediaType === signatureType;
}
