/** Listings of the referrers of a digest. */
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { artifactTypeOf, maxEntries, parseManifest, type Descriptor, type Manifest } from "../core/oci/manifest.ts";
import type { StoredManifest } from "../core/repository.ts";

/** Returns a manifest's descriptor in the listing of its subject's referrers (OCI distribution specification, listing referrers). */
export function listed(descriptor: Descriptor, manifest: Manifest): Descriptor {
  const artifactType = artifactTypeOf(manifest);
  return {
    ...descriptor,
    ...(artifactType !== undefined && { artifactType }),
    ...(Object.keys(manifest.annotations).length > 0 && { annotations: manifest.annotations }),
  };
}

/** Returns the manifest's subject. A manifest that cannot be parsed has none. */
export function subjectDigestOf({ bytes, descriptor }: StoredManifest): Digest | undefined {
  try {
    return parseManifest(bytes, descriptor.mediaType).subject?.digest;
  } catch {
    return undefined;
  }
}

/** Merges listings, each digest once; throws LIMIT_EXCEEDED over `maxEntries`. */
export function united(...listings: readonly (readonly Descriptor[])[]): readonly Descriptor[] {
  const byDigest = new Map<Digest, Descriptor>();
  for (const entry of listings.flat()) {
    if (!byDigest.has(entry.digest)) byDigest.set(entry.digest, entry);
  }
  if (byDigest.size > maxEntries) {
    throw new TouchmarkError("LIMIT_EXCEEDED", `${byDigest.size} manifests refer to one digest, over the limit of ${maxEntries}`);
  }
  return [...byDigest.values()];
}
