/**
 * The fallback for registries without a referrers API (OCI distribution specification, referrers tag schema): an index
 * under a tag made of the subject's digest, which every client keeps up by itself.
 */
import { algorithmOf, hexOf, type Digest } from "../core/digest.ts";
import { malformed } from "../core/errors.ts";
import { parseManifest, type Descriptor } from "../core/oci/manifest.ts";
import type { StoredManifest } from "../core/repository.ts";

/** `sha256-HEX`; of a longer digest, the first 64 characters of it. */
export function referrersTag(subject: Digest): string {
  return `${algorithmOf(subject)}-${hexOf(subject).slice(0, 64)}`;
}

/** The entries of the index under a fallback tag; none where there is no such tag. Throws MALFORMED for what is no index. */
export function referrersIn(index: StoredManifest | undefined): readonly Descriptor[] {
  if (index === undefined) return [];
  const manifest = parseManifest(index.bytes, index.descriptor.mediaType);
  if (manifest.kind !== "index") throw malformed(`the listing ${index.descriptor.digest} is an image, not an index`);
  return manifest.manifests;
}
