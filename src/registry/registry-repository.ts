/** A repository in a registry (OCI distribution specification 1.1). */
import { digestOf, isDigest, parseDigest, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { descriptorToJson, manifestMediaTypes, maxManifestBytes, mediaTypes, parseManifest, type Descriptor } from "../core/oci.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import { BodyTooLong } from "../net/incoming-body.ts";
import type { HttpResponse } from "../net/http.ts";
import { checkedBytes, checkedTarget, checkSize, mismatch } from "./checks.ts";
import type { Connection } from "./connection.ts";
import { rewriteIndex } from "./index-document.ts";
import { mediaTypeOf } from "./media-type.ts";
import { listReferrers } from "./referrers-api.ts";
import { entriesOf, referrersTag } from "./referrers-tag.ts";
import { listed, united } from "./referrers.ts";
import { upload } from "./upload.ts";

/** How often the fallback tag is written before the other writers are said to have won. */
const maxTries = 10;

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
    return { descriptor: { mediaType: mediaTypeOf(response), digest, size: bytes.length }, bytes };
  }

  async blob(descriptor: Descriptor, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    checkSize(descriptor, maxBytes, this.name);
    if (descriptor.data !== undefined) return descriptor.data;
    const { digest, size } = descriptor;
    const response = await this.#connection
      .read({ method: "GET", to: `blobs/${parseDigest(digest)}`, maxBytes: size, expect: [200, 404], signal })
      .catch((error: unknown) => {
        throw error instanceof BodyTooLong ? mismatch(this.name, digest, `more than its ${size} bytes`) : error;
      });
    if (response.status === 404) return undefined;
    if (response.body.length !== size) throw mismatch(this.name, digest, `${response.body.length} of its ${size} bytes`);
    return checkedBytes(response.body, digest, this.name);
  }

  async referrers(digest: Digest, signal: AbortSignal): Promise<readonly Descriptor[]> {
    const [fromApi, fromTag] = await Promise.all([
      listReferrers(this.#connection, parseDigest(digest), signal),
      this.manifest(referrersTag(digest), signal),
    ]);
    return united(fromApi, entriesOf(fromTag));
  }

  putBlob(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    return upload(this.#connection, bytes, signal);
  }

  async putManifest(bytes: Uint8Array, mediaType: string, tag: string | undefined, signal: AbortSignal): Promise<Descriptor> {
    const manifest = parseManifest(bytes, mediaType);
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    const response = await this.#put(tag ?? descriptor.digest, bytes, mediaType, signal);
    const stored = statedDigest(response) ?? descriptor.digest;
    if (stored !== descriptor.digest) throw mismatch(this.name, descriptor.digest, `back that it stored ${stored}`);
    // A registry that lists referrers says so here; on any other it is for its clients to do.
    const isListed = manifest.subject === undefined || response.headers.get("oci-subject") === manifest.subject.digest;
    if (!isListed) await this.#list(manifest.subject.digest, listed(descriptor, manifest), signal);
    return descriptor;
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

  /** Adds the entry to the fallback tag, and reads it back: registries have no way to write only if nobody else did. */
  async #list(subject: Digest, entry: Descriptor, signal: AbortSignal): Promise<void> {
    const tag = referrersTag(subject);
    for (let tries = 0; tries <= maxTries; tries++) {
      const current = await this.manifest(tag, signal);
      if (entriesOf(current).some(({ digest }) => digest === entry.digest)) return;
      const index = rewriteIndex(current?.bytes, (entries) => [...entries, descriptorToJson(entry)]);
      if (tries < maxTries) await this.#put(tag, index, mediaTypes.ociIndex, signal);
    }
    throw new TouchmarkError("CONFLICT", `${entry.digest} was added to ${this.name}:${tag} ${maxTries} times and was not there afterwards`);
  }
}

/** The digest that the registry says it is, which has to be one. */
function statedDigest(response: HttpResponse): Digest | undefined {
  const stated = response.headers.get("docker-content-digest");
  return stated === undefined ? undefined : parseDigest(stated, "the Docker-Content-Digest header");
}
