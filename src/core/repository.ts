/** The port to where images lie: a repository in a registry, or an OCI layout folder. */
import type { Digest } from "./digest.ts";
import type { Descriptor } from "./oci.ts";

export interface StoredManifest {
  /** Media type as it was served, digest and size as the bytes have them. */
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/**
 * Every byte that comes out was checked: a manifest asked for by digest has that digest, a blob has its
 * descriptor's digest and size. What does not throws DIGEST_MISMATCH; what is over the bounds, LIMIT_EXCEEDED.
 * A host that does not answer throws UNREACHABLE or TIMEOUT, one that refuses, UNAUTHORIZED.
 */
export interface Repository {
  /** `docker.io/library/alpine`, `oci:PATH`. */
  readonly name: string;

  /** The manifest under a digest or a tag (no tag has a digest's form); undefined if there is none. */
  manifest(target: string, signal: AbortSignal): Promise<StoredManifest | undefined>;

  /** A blob, whole, of at most `maxBytes`; undefined if there is none. */
  blob(descriptor: Descriptor, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined>;

  /**
   * What refers to this digest: the referrers API and the fallback tag, united. The entries' annotations and
   * types are the registry's word only: open the manifest. At most `maxEntries`, else LIMIT_EXCEEDED.
   */
  referrers(digest: Digest, signal: AbortSignal): Promise<readonly Descriptor[]>;

  /** Stores a blob, unless it is there. */
  putBlob(bytes: Uint8Array, signal: AbortSignal): Promise<void>;

  /**
   * Stores a manifest by digest, and under a tag where one is given. One with a subject is listed among that
   * subject's referrers afterwards, on any registry.
   */
  putManifest(bytes: Uint8Array, mediaType: string, tag: string | undefined, signal: AbortSignal): Promise<Descriptor>;
}
