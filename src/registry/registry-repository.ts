/** A repository in a registry (OCI distribution specification 1.1). */
import { gather, streamOf } from "../core/bytes.ts";
import { digestOf, isDigest, parseDigest, type Digest } from "../core/digest.ts";
import { manifestMediaTypes, maxManifestBytes, mediaTypes, parseManifest, type Descriptor } from "../core/oci.ts";
import type { PutBlobOptions, Repository, StoredManifest } from "../core/repository.ts";
import type { HttpResponse } from "../net/http.ts";
import { checkedBytes, checkedTarget, checkSize, mismatch, noBlob } from "./checks.ts";
import type { Connection } from "./connection.ts";
import { remove } from "./deletion.ts";
import { download } from "./download.ts";
import { list, unlist, type FallbackListing } from "./fallback-listing.ts";
import { manifestTypeOf } from "./media-type.ts";
import { listReferrers } from "./referrers-api.ts";
import { entriesOf, referrersTag } from "./referrers-tag.ts";
import { listed, subjectOf, united } from "./referrers.ts";
import { listTags } from "./tags.ts";
import { upload, uploadBytes } from "./upload.ts";

export class RegistryRepository implements Repository {
  readonly name: string;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.name = connection.name;
    this.#connection = connection;
  }

  async manifest(target: string, signal: AbortSignal): Promise<StoredManifest | undefined> {
    const response = await this.#connection.read({
      method: "GET",
      to: `manifests/${checkedTarget(target)}`,
      headers: { accept: manifestMediaTypes.join(", ") },
      maxBytes: maxManifestBytes,
      expect: [200, 404],
      signal,
    });
    if (response.status === 404) return undefined;
    const digest = isDigest(target) ? target : (statedDigest(response) ?? digestOf(response.body));
    const bytes = checkedBytes(response.body, digest, this.name);
    return { descriptor: { mediaType: manifestTypeOf(response), digest, size: bytes.length }, bytes };
  }

  async blob(descriptor: Descriptor, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    checkSize(descriptor, maxBytes, this.name);
    if (descriptor.data !== undefined) return descriptor.data;
    const content = await download(this.#connection, descriptor, signal);
    return content && gather(content);
  }

  async *openBlob(descriptor: Descriptor, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const content = descriptor.data ? streamOf(descriptor.data) : await download(this.#connection, descriptor, signal);
    if (content === undefined) throw noBlob(this.name, descriptor.digest);
    yield* content;
  }

  async referrers(digest: Digest, signal: AbortSignal): Promise<readonly Descriptor[]> {
    const [fromApi, fromTag] = await Promise.all([
      listReferrers(this.#connection, parseDigest(digest), signal),
      this.manifest(referrersTag(digest), signal),
    ]);
    return united(fromApi, entriesOf(fromTag));
  }

  putBlob(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    return uploadBytes(this.#connection, bytes, signal);
  }

  putBlobFrom(
    descriptor: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    { mountFrom }: PutBlobOptions = {},
  ): Promise<void> {
    const sibling = mountFrom === undefined ? undefined : this.#connection.siblingIn(mountFrom);
    return upload({ connection: this.#connection, descriptor, open, mountFrom: sibling, signal });
  }

  async putManifest(bytes: Uint8Array, mediaType: string, tag: string | undefined, signal: AbortSignal): Promise<Descriptor> {
    const manifest = parseManifest(bytes, mediaType);
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    const response = await this.#put(tag ?? descriptor.digest, bytes, mediaType, signal);
    const stored = statedDigest(response) ?? descriptor.digest;
    if (stored !== descriptor.digest) throw mismatch(this.name, descriptor.digest, `back that it stored ${stored}`);
    // A registry that lists referrers says so here; on any other it is for its clients to do.
    const isListed = manifest.subject === undefined || response.headers.get("oci-subject") === manifest.subject.digest;
    if (!isListed) await list(this.#fallback(manifest.subject.digest, signal), listed(descriptor, manifest));
    return descriptor;
  }

  tags(signal: AbortSignal): AsyncIterable<string> {
    return listTags(this.#connection, signal);
  }

  async deleteManifest(digest: Digest, signal: AbortSignal): Promise<void> {
    const stored = await this.manifest(parseDigest(digest), signal);
    if (stored === undefined) return;
    await remove(this.#connection, digest, signal);
    const subject = subjectOf(stored);
    if (subject !== undefined) await unlist(this.#fallback(subject, signal), digest);
  }

  deleteTag(tag: string, signal: AbortSignal): Promise<void> {
    return remove(this.#connection, tag, signal);
  }

  #put(target: string, bytes: Uint8Array, mediaType: string, signal: AbortSignal): Promise<HttpResponse> {
    const to = `manifests/${checkedTarget(target)}`;
    return this.#connection.write({
      method: "PUT",
      to,
      headers: { "content-type": mediaType },
      body: bytes,
      expect: [200, 201, 202],
      signal,
    });
  }

  #fallback(subject: Digest, signal: AbortSignal): FallbackListing {
    const tag = referrersTag(subject);
    return {
      name: `${this.name}:${tag}`,
      read: () => this.manifest(tag, signal),
      write: (index) => this.#put(tag, index, mediaTypes.ociIndex, signal),
    };
  }
}

/** The digest that the registry says it is, which has to be one. */
function statedDigest(response: HttpResponse): Digest | undefined {
  const stated = response.headers.get("docker-content-digest");
  return stated === undefined ? undefined : parseDigest(stated, "the Docker-Content-Digest header");
}
