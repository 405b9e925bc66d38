/** The port to where images lie: a repository in a registry, an OCI layout folder, or an archive of one. */
import type { Digest } from "./digest.ts";
import type { Descriptor } from "./oci/manifest.ts";

export interface StoredManifest {
  /** Media type as it was served, digest and size as the bytes have them. */
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

export interface PutBlobOptions {
  /** Name of another repository that has the blob; one in the same registry is taken from there, where the registry can do that. */
  readonly mountFrom?: string;
}

export interface PutManifestOptions {
  /** The caller reads the listing back, so that it is not done twice. */
  readonly readsBack?: boolean;
}

/** The way for blobs that are yet to be made. What is left of it is given back when it is disposed of. */
export interface ExpectedBlobs extends AsyncDisposable {
  /** UNAUTHORIZED where nothing may be stored, and what else the repository throws. */
  readonly ready: Promise<unknown>;
}

/**
 * Every byte that comes out was checked: a manifest asked for by digest has that digest, a blob has its
 * descriptor's digest and size. What does not throws DIGEST_MISMATCH; what is over the bounds, LIMIT_EXCEEDED.
 * A host that does not answer throws UNREACHABLE or TIMEOUT, one that refuses, UNAUTHORIZED.
 */
export interface Repository {
  /** `docker.io/library/alpine`, `oci:PATH`, `oci-archive:PATH`. */
  readonly name: string;

  /** The manifest under a digest or a tag (no tag has a digest's form); undefined if there is none. */
  manifest(target: string, signal: AbortSignal): Promise<StoredManifest | undefined>;

  /** A blob, whole, of at most `maxBytes`; undefined if there is none. */
  blob(descriptor: Descriptor, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;

  /**
   * A blob as it comes, of any size. What it is not is found out on the way and thrown in place of its end: nothing of it
   * counts before that. NO_SUCH_IMAGE if there is none.
   */
  openBlob(descriptor: Descriptor, signal: AbortSignal): AsyncIterable<Uint8Array>;

  /**
   * What refers to this digest: the referrers API and the fallback tag, united. The entries' annotations and
   * types are the registry's word only: open the manifest. At most `maxEntries`, else LIMIT_EXCEEDED.
   */
  referrers(digest: Digest, signal: AbortSignal): Promise<readonly Descriptor[]>;

  /** Prepares for so many blobs that `image` will need, once it is found: the next calls of `putBlob` have less to wait for. */
  expectBlobs(count: number, image: Promise<unknown>, signal: AbortSignal): ExpectedBlobs;

  /** Stores a blob, unless it is there. */
  putBlob(bytes: Uint8Array, signal: AbortSignal): Promise<void>;

  /**
   * Stores a blob, unless it is there, without holding it whole. `open` gives it from its beginning, once for every try;
   * what does not have the descriptor's digest and size throws DIGEST_MISMATCH, and is not stored.
   */
  putBlobFrom(descriptor: Descriptor, open: () => AsyncIterable<Uint8Array>, signal: AbortSignal, options?: PutBlobOptions): Promise<void>;

  /**
   * Stores a manifest by digest, and under a tag where one is given. One with a subject is listed among that
   * subject's referrers afterwards, on any registry: a listing that others write too is read back.
   */
  putManifest(
    bytes: Uint8Array,
    mediaType: string,
    tag: string | undefined,
    signal: AbortSignal,
    options?: PutManifestOptions,
  ): Promise<Descriptor>;

  /** All tags, in the order that they are kept in; LIMIT_EXCEEDED where there is no end to them. */
  tags(signal: AbortSignal): AsyncIterable<string>;

  /** Takes a manifest away, its tags and its place in listings of referrers with it. UNSUPPORTED where nothing may be deleted. */
  deleteManifest(digest: Digest, signal: AbortSignal): Promise<void>;

  /** Takes a tag away and leaves the manifest. UNSUPPORTED where that is not possible. */
  deleteTag(tag: string, signal: AbortSignal): Promise<void>;
}
