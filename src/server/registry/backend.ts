/**
 * The backend of a registry's routes, a port. The embedded registry's storage is one; a gate in front of another
 * registry is another.
 *
 * Names, tags and digests are already validated. A refusal is a `RegistryError`, also DENIED and UNAUTHORIZED.
 */
import type { Digest } from "../../core/digest.ts";
import type { Descriptor } from "../../core/oci/manifest.ts";
import type { StoredManifest } from "../../core/repository.ts";
import type { ByteRange, RequestedRange } from "../http/range.ts";
import type { ResponseBody } from "../http/response.ts";
import type { RepositoryName, Tag } from "./names.ts";

export interface RegistryBackend {
  readonly blobs: BlobBackend;
  readonly uploads: UploadBackend;
  readonly manifests: ManifestBackend;
  readonly tags: TagBackend;
  readonly referrers: ReferrerBackend;
}

export interface BlobContent {
  /** Bytes of the whole blob. */
  readonly size: number;
  /** The range in the body; by default the whole blob. */
  readonly range?: ByteRange;
  readonly body: ResponseBody;
}

export interface BlobBackend {
  /** Returns the size in bytes; throws BLOB_UNKNOWN. */
  size(name: RepositoryName, digest: Digest, signal: AbortSignal): Promise<number>;
  /** Throws BLOB_UNKNOWN, and `rangeError` for an unsatisfiable range. */
  get(name: RepositoryName, digest: Digest, range: RequestedRange | undefined, signal: AbortSignal): Promise<BlobContent>;
  /** Mounts another repository's blob in this one; false if that is not possible. */
  mount(name: RepositoryName, digest: Digest, from: RepositoryName, signal: AbortSignal): Promise<boolean>;
  /** Throws BLOB_UNKNOWN. */
  remove(name: RepositoryName, digest: Digest, signal: AbortSignal): Promise<void>;
}

export interface UploadChunk {
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes that the client announces. */
  readonly length?: number;
  /** Bytes that the upload must already have. */
  readonly from?: number;
}

export interface UploadBackend {
  /** Starts an upload and returns its id. */
  start(name: RepositoryName, signal: AbortSignal): Promise<string>;
  /** Returns the bytes received so far; throws BLOB_UPLOAD_UNKNOWN. */
  size(name: RepositoryName, id: string, signal: AbortSignal): Promise<number>;
  /** Appends bytes and returns the new size. Throws BLOB_UPLOAD_UNKNOWN, BLOB_UPLOAD_INVALID or SIZE_INVALID. */
  append(name: RepositoryName, id: string, chunk: UploadChunk, signal: AbortSignal): Promise<number>;
  /** Completes the upload as the blob of this digest; throws DIGEST_INVALID if it is another. */
  finish(name: RepositoryName, id: string, digest: Digest, signal: AbortSignal): Promise<void>;
  /** Cancels the upload. Also called after the client has disconnected, so there is no signal. */
  cancel(name: RepositoryName, id: string): Promise<void>;
}

export interface ManifestPush {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
  /** The tags that are to point to it. */
  readonly tags: readonly Tag[];
}

export interface ManifestBackend {
  /** Throws MANIFEST_UNKNOWN. */
  get(name: RepositoryName, target: Digest | Tag, signal: AbortSignal): Promise<StoredManifest>;
  /** Returns the manifest's subject, if it has one and is listed among its referrers. */
  put(name: RepositoryName, push: ManifestPush, signal: AbortSignal): Promise<Digest | undefined>;
  /** Throws MANIFEST_UNKNOWN. */
  remove(name: RepositoryName, digest: Digest, signal: AbortSignal): Promise<void>;
  /** Throws MANIFEST_UNKNOWN; the manifest stays. */
  untag(name: RepositoryName, tag: Tag, signal: AbortSignal): Promise<void>;
}

export interface PageOfTags {
  readonly tags: readonly Tag[];
  /** Whether there are more after them. */
  readonly more: boolean;
}

export interface TagBackend {
  /** Returns at most `limit` tags in code-unit order, those after `after`; throws NAME_UNKNOWN. */
  page(name: RepositoryName, after: string, limit: number, signal: AbortSignal): Promise<PageOfTags>;
}

export interface ReferrerBackend {
  /** Returns the referrers after `after`, in the order of their digests; each is read only when requested. */
  list(name: RepositoryName, subject: Digest, after: Digest | undefined, signal: AbortSignal): AsyncIterable<Descriptor>;
}
