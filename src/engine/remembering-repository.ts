/**
 * A repository with a bounded cache: content by digest, which cannot change, and listings of evidence for a short time, since a deleted
 * signature must stop counting. The tag of an image is resolved each time.
 */
import { ByteCache } from "../core/async/byte-cache.ts";
import { throwIfAborted } from "../core/async/interruption.ts";
import { Memo } from "../core/async/memoise.ts";
import { isDigest } from "../core/digest.ts";
import type { Instant } from "../core/instant.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";

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

/** Wraps repositories so that they share one cache. */
export function repositoryMemory(limits: MemoryLimits, clock: () => Instant): (repository: Repository) => Repository {
  const content = new ByteCache(limits.contentBytes);
  const types = new Map<string, string>();
  const listing = { until: () => clock() + limits.listingTime, clock };
  const listings = new Memo<string, readonly Descriptor[]>(limits.listings, listing);
  const tagged = new Memo<string, StoredManifest | undefined>(limits.listings, listing);
  const opened = new Map<string, Repository>();

  const remember = (repository: Repository): Repository => {
    const { name } = repository;
    return {
      ...methodsOf(repository),
      name,
      referrers: (digest, signal) => shared(listings, `${name} ${digest}`, (inner) => repository.referrers(digest, inner), signal),
      async manifest(target, signal) {
        if (evidenceTag.test(target)) return shared(tagged, `${name} ${target}`, (inner) => repository.manifest(target, inner), signal);
        if (!isDigest(target)) return repository.manifest(target, signal);
        const key = `${name} ${target}`;
        const bytes = content.get(key);
        const mediaType = types.get(key);
        if (bytes && mediaType !== undefined) return { descriptor: { mediaType, digest: target, size: bytes.length }, bytes };
        const stored = await repository.manifest(target, signal);
        if (stored) keep(key, stored);
        return stored;
      },
      async blob(descriptor: Descriptor, maxBytes, signal) {
        const key = `${name} ${descriptor.digest}`;
        const known = content.get(key);
        if (known && known.length === descriptor.size && known.length <= maxBytes) return known;
        const bytes = await repository.blob(descriptor, maxBytes, signal);
        if (bytes) content.set(key, bytes);
        return bytes;
      },
    };
  };
  const keep = (key: string, { descriptor, bytes }: StoredManifest): void => {
    content.set(key, bytes);
    if (types.size > 100_000) types.clear();
    types.set(key, descriptor.mediaType);
  };
  return (repository) => {
    const known = opened.get(repository.name);
    if (known) return known;
    if (opened.size >= limits.listings) opened.clear();
    const fresh = remember(repository);
    opened.set(repository.name, fresh);
    return fresh;
  };
}

/** The result that is kept or still running, else that of new work. */
async function shared<T>(memo: Memo<string, T>, key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  throwIfAborted(signal);
  return (memo.held(key) ?? memo.renew(key, undefined, work))(signal);
}

/** Copies the methods of a repository, which may be a class instance, into a plain object. */
function methodsOf(repository: Repository): Repository {
  return {
    name: repository.name,
    manifest: (target, signal) => repository.manifest(target, signal),
    blob: (descriptor, maxBytes, signal) => repository.blob(descriptor, maxBytes, signal),
    openBlob: (descriptor, signal) => repository.openBlob(descriptor, signal),
    referrers: (digest, signal) => repository.referrers(digest, signal),
    expectBlobs: (count, image, signal) => repository.expectBlobs(count, image, signal),
    putBlob: (bytes, signal) => repository.putBlob(bytes, signal),
    putBlobFrom: (descriptor, open, signal, options) => repository.putBlobFrom(descriptor, open, signal, options),
    putManifest: (bytes, mediaType, tag, signal, options) => repository.putManifest(bytes, mediaType, tag, signal, options),
    tags: (signal) => repository.tags(signal),
    deleteManifest: (digest, signal) => repository.deleteManifest(digest, signal),
    deleteTag: (tag, signal) => repository.deleteTag(tag, signal),
  };
}
