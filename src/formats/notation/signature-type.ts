/** The type that marks a signature manifest: `artifactType`, or, as notation 1 writes it, `config.mediaType`. */
import type { ImageManifest } from "../../core/oci/manifest.ts";

export const signatureType = "application/vnd.cncf.notary.signature";

export function isSignatureManifest({ artifactType, config }: ImageManifest): boolean {
  return artifactType === signatureType || config?.mediaType === signatureType;
}
