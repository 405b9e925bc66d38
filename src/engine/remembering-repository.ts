/**
 * Reads repositories through a bounded cache: content by digest, which cannot change, and listings of evidence for a short time, since a
 * deleted signature must stop counting. The tag of an image is resolved each time.
 */
import { ByteCache } from "../core/async/byte-cache.ts";
import { Memo } from "../core/async/memoise.ts";
import { isDigest } from "../core/digest.ts";
import type { Instant } from "../core/instant.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { RepositoryReader, StoredManifest } from "../core/repository.ts";

export interface MemoryLimits {
  /** Maximum bytes of cached content, over all repositories. */
  readonly contentBytes: number;
  /** Milliseconds for which a listing of evidence is cached. */
  readonly listingTime: number;
  /** Maximum cached listings, over all repositories. */
  readonly listings: number;
}

/** Tags under which cosign stores evidence; they are cached like listings. */
const evidenceTag = /^sha(?:256|512)-[0-9a-f]+\.(?:sig|att|sbom)$/;

/** Wraps repositories so that they share one cache, by their names. */
export function repositoryMemory(limits: MemoryLimits, clock: () => Instant): (repository: RepositoryReader) => RepositoryReader {
  const blobs = new ByteCache<{ readonly bytes: Uint8Array }>(limits.contentBytes / 2);
  const manifests = new ByteCache<StoredManifest>(limits.contentBytes / 2);
  const expiry = { until: () => clock() + limits.listingTime, clock };
  const listings = new Memo<string, readonly Descriptor[]>(limits.listings, expiry);
  const tagged = new Memo<string, StoredManifest | undefined>(limits.listings, expiry);
  return (repository) => {
    const { name } = repository;
    return {
      name,
      referrers: (digest, signal) => listings.get(`${name} ${digest}`, (inner) => repository.referrers(digest, inner), signal),
      async manifest(target, signal, maxBytes) {
        const key = `${name} ${target}`;
        if (evidenceTag.test(target)) return tagged.get(key, (inner) => repository.manifest(target, inner), signal);
        if (!isDigest(target)) return repository.manifest(target, signal, maxBytes);
        const known = manifests.get(key);
        if (known) return known;
        const stored = await repository.manifest(target, signal, maxBytes);
        if (stored) manifests.set(key, stored);
        return stored;
      },
      async blob(descriptor, maxBytes, signal) {
        const key = `${name} ${descriptor.digest}`;
        const known = blobs.get(key)?.bytes;
        if (known && known.length === descriptor.size && known.length <= maxBytes) return known;
        const bytes = await repository.blob(descriptor, maxBytes, signal);
        if (bytes) blobs.set(key, { bytes });
        return bytes;
      },
      tags: (signal) => repository.tags(signal),
    };
  };
}
