/**
 * What the routes of a registry are answered from: a port. The embedded registry's storage is one, a gate in front of another
 * registry is another.
 *
 * Names, tags and digests were checked before they come here. What is refused is a `RegistryError`, also DENIED and UNAUTHORIZED.
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
  /** The part that the body has; the whole blob where it is left out. */
  readonly range?: ByteRange;
  readonly body: ResponseBody;
}

export interface BlobBackend {
  /** Bytes; throws BLOB_UNKNOWN. */
  size(name: RepositoryName, digest: Digest, signal: AbortSignal): Promise<number>;
  /** Throws BLOB_UNKNOWN, and `rangeError` where nothing lies in the range. */
  get(name: RepositoryName, digest: Digest, range: RequestedRange | undefined, signal: AbortSignal): Promise<BlobContent>;
  /** Makes another repository's blob this one's too; false if that cannot be done. */
  mount(name: RepositoryName, digest: Digest, from: RepositoryName, signal: AbortSignal): Promise<boolean>;
  /** Throws BLOB_UNKNOWN. */
  remove(name: RepositoryName, digest: Digest, signal: AbortSignal): Promise<void>;
}

export interface UploadChunk {
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes that the client announces. */
  readonly length?: number;
  /** Bytes that must have come before. */
  readonly from?: number;
}

export interface UploadBackend {
  /** Gives the id by which the upload is continued. */
  start(name: RepositoryName, signal: AbortSignal): Promise<string>;
  /** Bytes that have come so far; throws BLOB_UPLOAD_UNKNOWN. */
  size(name: RepositoryName, id: string, signal: AbortSignal): Promise<number>;
  /** Gives the bytes there are then. Throws BLOB_UPLOAD_UNKNOWN, BLOB_UPLOAD_INVALID or SIZE_INVALID. */
  append(name: RepositoryName, id: string, chunk: UploadChunk, signal: AbortSignal): Promise<number>;
  /** Ends the upload as the blob of this digest; throws DIGEST_INVALID if it is another. */
  finish(name: RepositoryName, id: string, digest: Digest, signal: AbortSignal): Promise<void>;
  /** Ends the upload without a blob. Called for a client that has gone, too, so there is no signal. */
  cancel(name: RepositoryName, id: string): Promise<void>;
}

export interface ManifestPush {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly tag?: Tag;
}

export interface ManifestBackend {
  /** Throws MANIFEST_UNKNOWN. */
  get(name: RepositoryName, target: Digest | Tag, signal: AbortSignal): Promise<StoredManifest>;
  /** Gives the manifest's subject, if it has one and is listed among its referrers. */
  put(name: RepositoryName, push: ManifestPush, signal: AbortSignal): Promise<Digest | undefined>;
  /** Throws MANIFEST_UNKNOWN. */
  remove(name: RepositoryName, digest: Digest, signal: AbortSignal): Promise<void>;
  /** Throws MANIFEST_UNKNOWN; the manifest stays. */
  untag(name: RepositoryName, tag: Tag, signal: AbortSignal): Promise<void>;
}

export interface PageOfTags {
  readonly tags: readonly Tag[];
  /** Whether more come after them. */
  readonly more: boolean;
}

export interface TagBackend {
  /** At most `limit` tags in the order of their letters' codes, those after `after`; throws NAME_UNKNOWN. */
  page(name: RepositoryName, after: string, limit: number, signal: AbortSignal): Promise<PageOfTags>;
}

export interface ReferrerBackend {
  /** In the order of their digests, those after `after`; read no further than they are asked for. */
  list(name: RepositoryName, subject: Digest, after: Digest | undefined, signal: AbortSignal): AsyncIterable<Descriptor>;
}
