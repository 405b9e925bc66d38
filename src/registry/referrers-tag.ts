/**
 * The fallback for registries without a referrers API (OCI distribution specification, referrers tag schema): an index
 * under a tag derived from the subject's digest, which clients update.
 */
import { algorithmOf, hexOf, type Digest } from "../core/digest.ts";
import { malformed } from "../core/errors.ts";
import { parseListing, parseManifest, type Descriptor, type IndexEntries } from "../core/oci/manifest.ts";
import type { StoredManifest } from "../core/repository.ts";

/** Returns `sha256-HEX`; for a longer digest, its first 64 characters. */
export function referrersTag(subject: Digest): string {
  return `${algorithmOf(subject)}-${hexOf(subject).slice(0, 64)}`;
}

/** Returns the entries of the index under a fallback tag; none without such a tag. Throws MALFORMED if it is not an index. */
export function referrersIn(index: StoredManifest | undefined): readonly Descriptor[] {
  if (index === undefined) return [];
  const manifest = parseManifest(index.bytes, index.descriptor.mediaType);
  if (manifest.kind !== "index") throw malformed(`the listing ${index.descriptor.digest} is an image, not an index`);
  return manifest.manifests;
}

/** Like `referrersIn`, where an entry that cannot be read hides no other. */
export function listingIn(index: StoredManifest | undefined): IndexEntries {
  return index === undefined ? { entries: [], faults: [] } : parseListing(index.bytes, index.descriptor.mediaType);
}
