/** A repository in a registry (OCI distribution specification 1.1). */
import { streamOf } from "../core/bytes.ts";
import { digestOf, isDigest, parseDigest, type Digest } from "../core/digest.ts";
import { ociLimits } from "../core/oci/limits.ts";
import { manifestMediaTypes, mediaTypes, parseManifest, type Descriptor, type IndexEntries } from "../core/oci/manifest.ts";
import type { ExpectedBlobs, PutBlobOptions, PutManifestOptions, Repository, StoredManifest } from "../core/repository.ts";
import { backoff } from "../net/backoff.ts";
import type { HttpResponse } from "../net/http.ts";
import { pause } from "../core/async/pause.ts";
import { checkedBytes, checkedTarget, checkSize, mismatch, noBlob } from "./checks.ts";
import type { Connection } from "./connection.ts";
import { remove } from "./deletion.ts";
import { download, fetchBlob } from "./download.ts";
import { list, unlist, type FallbackListing } from "./fallback-listing.ts";
import { manifestTypeOf } from "./media-type.ts";
import { OpenedUploads } from "./opened-uploads.ts";
import { listReferrers } from "./referrers-api.ts";
import { listingIn, referrersTag } from "./referrers-tag.ts";
import { listed, subjectDigestOf, united } from "./referrers.ts";
import { Refusal } from "./refusal.ts";
import { listTags } from "./tags.ts";
import { uploadBlob, uploadBytes } from "./upload.ts";
import { registryLimits } from "./limits.ts";

export class RegistryRepository implements Repository {
  readonly name: string;
  readonly #connection: Connection;
  /** What the last request for referrers found: a listing, no such API, or an answer that is neither. */
  #api: "works" | "absent" | "broken" | undefined;
  /** Subjects whose referrers the registry says to have listed itself. */
  readonly #entered = new Set<Digest>();
  readonly #opened: OpenedUploads;

  constructor(connection: Connection) {
    this.name = connection.name;
    this.#connection = connection;
    this.#opened = new OpenedUploads(connection);
  }

  async manifest(target: string, signal: AbortSignal, maxBytes: number = ociLimits.manifestBytes): Promise<StoredManifest | undefined> {
    const response = await this.#connection.read({
      method: "GET",
      to: `manifests/${checkedTarget(target)}`,
      headers: { accept: manifestMediaTypes.join(", ") },
      maxBytes: Math.min(maxBytes, ociLimits.manifestBytes),
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
    return fetchBlob(this.#connection, descriptor, signal);
  }

  async *openBlob(descriptor: Descriptor, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const content = descriptor.data ? streamOf(descriptor.data) : await download(this.#connection, descriptor, signal);
    if (content === undefined) throw noBlob(this.name, descriptor.digest);
    yield* content;
  }

  async referrers(digest: Digest, signal: AbortSignal): Promise<readonly Descriptor[]> {
    const tagged = this.manifest(referrersTag(digest), signal).then(listingIn);
    return united([this.#listedByApi(parseDigest(digest), signal), tagged], signal);
  }

  expectBlobs(count: number, image: Promise<unknown>, signal: AbortSignal): ExpectedBlobs {
    return this.#opened.open(count, image, signal);
  }

  putBlob(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    return uploadBytes({ connection: this.#connection, bytes, takeOpened: () => this.#opened.take(), signal });
  }

  putBlobFrom(
    descriptor: Descriptor,
    open: () => AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    { mountFrom }: PutBlobOptions = {},
  ): Promise<void> {
    const sibling = mountFrom === undefined ? undefined : this.#connection.siblingIn(mountFrom);
    return uploadBlob({ connection: this.#connection, descriptor, open, mountFrom: sibling, signal });
  }

  async putManifest(
    bytes: Uint8Array,
    mediaType: string,
    tag: string | undefined,
    signal: AbortSignal,
    { readsBack = false }: PutManifestOptions = {},
  ): Promise<Descriptor> {
    const manifest = parseManifest(bytes, mediaType);
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    const stored = this.#putChecked(tag ?? descriptor.digest, bytes, descriptor, signal);
    if (manifest.subject === undefined) await stored;
    else await this.#enter(manifest.subject.digest, listed(descriptor, manifest), { stored, readsBack, signal });
    return descriptor;
  }

  tags(signal: AbortSignal): AsyncIterable<string> {
    return listTags(this.#connection, signal);
  }

  async deleteManifest(digest: Digest, signal: AbortSignal): Promise<void> {
    const stored = await this.manifest(parseDigest(digest), signal);
    if (stored === undefined) return;
    await remove(this.#connection, digest, signal);
    const subject = subjectDigestOf(stored);
    if (subject !== undefined) await unlist(this.#fallback(subject, signal), digest);
  }

  deleteTag(tag: string, signal: AbortSignal): Promise<void> {
    return remove(this.#connection, tag, signal);
  }

  async #putChecked(target: string, bytes: Uint8Array, { mediaType, digest }: Descriptor, signal: AbortSignal): Promise<HttpResponse> {
    const response = await this.#put(target, bytes, mediaType, signal);
    const stated = statedDigest(response) ?? digest;
    if (stated !== digest) throw mismatch(this.name, digest, `back that it stored ${stated}`);
    return response;
  }

  async #listedByApi(digest: Digest, signal: AbortSignal): Promise<IndexEntries> {
    try {
      const listing = await listReferrers(this.#connection, digest, signal);
      this.#api = listing ? "works" : this.#entered.has(digest) ? "broken" : "absent";
      return listing ?? { entries: [], faults: [] };
    } catch (error) {
      this.#api = "broken";
      throw error;
    }
  }

  /**
   * A registry with a referrers API says so when it stores a referrer. On any other, and where the API cannot be read, as behind a proxy
   * that answers in its place, the client updates the fallback tag.
   */
  async #enter(subject: Digest, entry: Descriptor, { stored, readsBack, signal }: Entering): Promise<void> {
    const isWanted = stored.then(({ headers }) => {
      if (headers.get("oci-subject") !== subject) return true;
      this.#entered.add(subject);
      return this.#api === "broken";
    });
    const isLikely = this.#api === "absent" || this.#api === "broken";
    if (isLikely || (await isWanted)) await list(this.#fallback(subject, signal), entry, { isWanted, readsBack });
  }

  async #put(target: string, bytes: Uint8Array, mediaType: string, signal: AbortSignal): Promise<HttpResponse> {
    const to = `manifests/${checkedTarget(target)}`;
    const headers = { "content-type": mediaType };
    for (let tries = 1; ; tries++) {
      try {
        return await this.#connection.write({ method: "PUT", to, headers, body: bytes, expect: [200, 201, 202], signal });
      } catch (error) {
        // docker-registry 2.8 temporarily does not find a blob while another client stores it again.
        const isLost = error instanceof Refusal && error.codes.includes("MANIFEST_BLOB_UNKNOWN");
        if (!isLost || tries === registryLimits.manifestTries) throw error;
        await pause(backoff(tries), signal);
      }
    }
  }

  #fallback(subject: Digest, signal: AbortSignal): FallbackListing {
    const tag = referrersTag(subject);
    return {
      name: `${this.name}:${tag}`,
      read: () => this.manifest(tag, signal),
      write: (index) => this.#put(tag, index, mediaTypes.ociIndex, signal),
      signal,
    };
  }
}

interface Entering {
  /** The response to the manifest's PUT. */
  readonly stored: Promise<HttpResponse>;
  readonly readsBack: boolean;
  readonly signal: AbortSignal;
}

/** Checks that the registry's digest is the manifest's. */
function statedDigest(response: HttpResponse): Digest | undefined {
  const stated = response.headers.get("docker-content-digest");
  return stated === undefined ? undefined : parseDigest(stated, "the Docker-Content-Digest header");
}
