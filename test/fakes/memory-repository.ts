/**
 * A repository in memory, as strict as a registry: content must match its digest, and a manifest's blobs must exist before it. Tests add
 * faults by replacing a method: `{ ...memoryRepository(), referrers: … }`.
 */
import { throwIfAborted } from "../../src/core/async/interruption.ts";
import { gather } from "../../src/core/bytes.ts";
import { digestOf, isDigest, matchesDigest, type Digest } from "../../src/core/digest.ts";
import { TouchmarkError } from "../../src/core/errors.ts";
import { artifactTypeOf, blobsOf, parseManifest, type Descriptor } from "../../src/core/oci/manifest.ts";
import type { Repository, StoredManifest } from "../../src/core/repository.ts";

export interface MemoryRepository extends Repository {
  readonly blobs: Map<Digest, Uint8Array>;
  readonly manifests: Map<Digest, StoredManifest>;
  readonly tagged: Map<string, Digest>;
  /** Method names, in the order they were called. */
  readonly calls: string[];
}

export function memoryRepository(name = "registry.example/app"): MemoryRepository {
  const blobs = new Map<Digest, Uint8Array>();
  const manifests = new Map<Digest, StoredManifest>();
  const tagged = new Map<string, Digest>();
  const calls: string[] = [];
  return {
    name,
    blobs,
    manifests,
    tagged,
    calls,
    async manifest(target, signal) {
      calls.push("manifest");
      throwIfAborted(signal);
      const digest = isDigest(target) ? target : tagged.get(target);
      return digest && manifests.get(digest);
    },
    async blob(descriptor, maxBytes, signal) {
      calls.push("blob");
      throwIfAborted(signal);
      if (descriptor.size > maxBytes) throw new TouchmarkError("LIMIT_EXCEEDED", `the blob has ${descriptor.size} bytes`);
      const bytes = blobs.get(descriptor.digest);
      if (bytes === undefined || bytes.length === descriptor.size) return bytes;
      throw new TouchmarkError("DIGEST_MISMATCH", `the blob has ${bytes.length} bytes, not ${descriptor.size}`);
    },
    async *openBlob(descriptor, signal) {
      calls.push("openBlob");
      throwIfAborted(signal);
      const bytes = blobs.get(descriptor.digest);
      if (bytes === undefined) throw new TouchmarkError("NO_SUCH_IMAGE", `no blob ${descriptor.digest}`);
      if (bytes.length !== descriptor.size) throw new TouchmarkError("DIGEST_MISMATCH", `${bytes.length} of ${descriptor.size} bytes`);
      yield bytes;
    },
    async referrers(digest, signal) {
      calls.push("referrers");
      throwIfAborted(signal);
      return [...manifests.values()].flatMap((stored) => listing(stored, digest));
    },
    expectBlobs() {
      calls.push("expectBlobs");
      return { ready: Promise.resolve(), [Symbol.asyncDispose]: async () => void calls.push("expected no more") };
    },
    async putBlob(bytes) {
      calls.push("putBlob");
      blobs.set(digestOf(bytes), bytes);
    },
    async putBlobFrom(descriptor, open, signal) {
      calls.push("putBlobFrom");
      throwIfAborted(signal);
      if (blobs.has(descriptor.digest)) return;
      const bytes = await gather(open());
      if (!matchesDigest(bytes, descriptor.digest) || bytes.length !== descriptor.size) {
        throw new TouchmarkError("DIGEST_MISMATCH", `${descriptor.digest} was to be stored, and came as other bytes`);
      }
      blobs.set(descriptor.digest, bytes);
    },
    async putManifest(bytes, mediaType, tag) {
      calls.push("putManifest");
      const manifest = parseManifest(bytes, mediaType);
      const missing = manifest.kind === "image" ? blobsOf(manifest).find(({ digest }) => !blobs.has(digest)) : undefined;
      if (missing) throw new TouchmarkError("REGISTRY_ERROR", `MANIFEST_BLOB_UNKNOWN: ${missing.digest}`);
      const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
      manifests.set(descriptor.digest, { descriptor, bytes });
      if (tag !== undefined) tagged.set(tag, descriptor.digest);
      return descriptor;
    },
    async *tags(signal) {
      calls.push("tags");
      throwIfAborted(signal);
      yield* tagged.keys();
    },
    async deleteManifest(digest) {
      calls.push("deleteManifest");
      manifests.delete(digest);
      for (const [tag, target] of tagged) if (target === digest) tagged.delete(tag);
    },
    async deleteTag(tag) {
      calls.push("deleteTag");
      tagged.delete(tag);
    },
  };
}

function listing({ descriptor, bytes }: StoredManifest, subject: Digest): readonly Descriptor[] {
  const manifest = parseManifest(bytes, descriptor.mediaType);
  if (manifest.subject?.digest !== subject) return [];
  const artifactType = artifactTypeOf(manifest);
  return [{ ...descriptor, ...(artifactType !== undefined && { artifactType }), annotations: manifest.annotations }];
}
