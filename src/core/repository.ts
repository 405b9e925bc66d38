/** The port for image storage: a repository in a registry, an OCI layout folder, or an archive of one. */
import type { Digest } from "./digest.ts";
import type { Descriptor } from "./oci/manifest.ts";

export interface StoredManifest {
  /** The media type as served; digest and size as computed from the bytes. */
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

export interface PutBlobOptions {
  /** Name of another repository that has the blob; the registry mounts it from there if it can. */
  readonly mountFrom?: string;
}

export interface PutManifestOptions {
  /** The caller reads the referrers listing back itself, so `putManifest` need not. */
  readonly readsBack?: boolean;
}

/** A prepared upload of blobs. Disposing of it releases what was not used. */
export interface ExpectedBlobs extends AsyncDisposable {
  /** Throws UNAUTHORIZED where nothing may be stored, and what else the repository throws. */
  readonly ready: Promise<unknown>;
}

/**
 * All returned bytes are verified: a manifest fetched by digest has that digest, a blob has its descriptor's
 * digest and size. A mismatch throws DIGEST_MISMATCH; content over the bounds, LIMIT_EXCEEDED.
 * A host that does not respond throws UNREACHABLE or TIMEOUT, one that refuses access, UNAUTHORIZED.
 */
export interface RepositoryReader {
  /** The repository's name: `docker.io/library/alpine`, `oci:PATH`, `oci-archive:PATH`. */
  readonly name: string;

  /** Fetches the manifest of a digest or a tag (no tag looks like a digest) of at most `maxBytes`; undefined if there is none. */
  manifest(target: string, signal: AbortSignal, maxBytes?: number): Promise<StoredManifest | undefined>;

  /** Fetches a blob of at most `maxBytes`; undefined if there is none. */
  blob(descriptor: Descriptor, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;

  /**
   * Lists the manifests that refer to this digest: the referrers API and the fallback tag, merged. The entries' annotations
   * and types are unverified claims of the registry: fetch the manifest. At most `ociLimits.entries`. Throws PartialListing, which holds the
   * entries that could be read, if others could not.
   */
  referrers(digest: Digest, signal: AbortSignal): Promise<readonly Descriptor[]>;

  /** Lists all tags in the order of the storage; throws LIMIT_EXCEEDED past a bound. */
  tags(signal: AbortSignal): AsyncIterable<string>;
}

/** A repository that can be written to. */
export interface Repository extends RepositoryReader {
  /**
   * Streams a blob of any size. A mismatch with its descriptor is thrown instead of the end: no byte counts
   * before that. Throws NO_SUCH_IMAGE if there is none.
   */
  openBlob(descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Uint8Array>;

  /** Prepares for this number of blob uploads to `image`, once it is resolved: the next calls of `putBlob` wait less. */
  expectBlobs(count: number, image: Promise<unknown>, signal: AbortSignal): ExpectedBlobs;

  /** Stores a blob, unless it exists. */
  putBlob(bytes: Uint8Array, signal: AbortSignal): Promise<void>;

  /**
   * Stores a blob of any size as a stream, unless it exists. `open` streams it from its beginning, once per attempt;
   * content without the descriptor's digest and size throws DIGEST_MISMATCH, and is not stored.
   */
  putBlobFrom(descriptor: Descriptor, open: () => AsyncIterable<Uint8Array>, signal: AbortSignal, options?: PutBlobOptions): Promise<void>;

  /**
   * Stores a manifest by digest, and under a tag where one is given. Afterwards a manifest with a subject is in that
   * subject's referrers listing, on any registry: a listing with concurrent writers is read back.
   */
  putManifest(
    bytes: Uint8Array,
    mediaType: string,
    tag: string | undefined,
    signal: AbortSignal,
    options?: PutManifestOptions,
  ): Promise<Descriptor>;

  /** Deletes a manifest, its tags and its entry in referrers listings. Throws UNSUPPORTED where nothing may be deleted. */
  deleteManifest(digest: Digest, signal: AbortSignal): Promise<void>;

  /** Deletes a tag and keeps the manifest. Throws UNSUPPORTED where that is not possible. */
  deleteTag(tag: string, signal: AbortSignal): Promise<void>;
}
