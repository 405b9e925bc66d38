/**
 * An OCI layout as a repository (OCI image specification, image-layout.md):
 *
 *     oci-layout      {"imageLayoutVersion":"1.0.0"}
 *     index.json      its manifests and their tags
 *     blobs/ALG/HEX   manifests and blobs
 */
import { encodeUtf8, streamOf } from "../../core/bytes.ts";
import { algorithmOf, digestOf, hexOf, isDigest, parseDigest, type Digest } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import { ociLimits } from "../../core/oci/limits.ts";
import { manifestMediaTypes, mediaTypes, parseManifest, type Descriptor, type IndexEntries } from "../../core/oci/manifest.ts";
import { defaultTag } from "../../core/oci/reference.ts";
import type { ExpectedBlobs, Repository, StoredManifest } from "../../core/repository.ts";
import { throwIfAborted } from "../../core/async/interruption.ts";
import { pause } from "../../core/async/pause.ts";
import { received, sent, whole } from "../checked-stream.ts";
import { checkedBytes, checkedTarget, checkSize, mismatch, noBlob } from "../checks.ts";
import { unlist } from "../fallback-listing.ts";
import { listingIn, referrersTag } from "../referrers-tag.ts";
import { listed, subjectDigestOf, united } from "../referrers.ts";
import { onlyImageIn, parseIndex, taggedIn, tagsIn, untagged, withManifest, withoutManifest } from "./layout-index.ts";
import type { LayoutStore } from "./layout-store.ts";
import { registryLimits } from "../limits.ts";

const markerFile = "oci-layout";
const indexFile = "index.json";
const version = "1.0.0";
const marker = encodeUtf8(JSON.stringify({ imageLayoutVersion: version }));

/** A change of index.json. */
interface Change {
  /** Returns undefined if there is nothing to change. */
  readonly change: (index: Uint8Array | undefined) => Uint8Array | undefined;
  readonly isMade: (entries: readonly Descriptor[]) => boolean;
}

export class LayoutRepository implements Repository {
  readonly name: string;
  readonly #files: LayoutStore;

  constructor(name: string, files: LayoutStore) {
    this.name = name;
    this.#files = files;
  }

  async manifest(target: string, signal: AbortSignal, maxBytes?: number): Promise<StoredManifest | undefined> {
    throwIfAborted(signal);
    const entries = await this.#entries();
    if (isDigest(target)) return this.#open(target, entries.find(({ digest }) => digest === target)?.mediaType, maxBytes);
    const tagged = taggedIn(entries, checkedTarget(target)) ?? (target === defaultTag ? onlyImageIn(entries) : undefined);
    return tagged && this.#open(tagged.digest, tagged.mediaType, maxBytes);
  }

  async blob(descriptor: Descriptor, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    throwIfAborted(signal);
    checkSize(descriptor, maxBytes, this.name);
    const { digest, size, data } = descriptor;
    if (data !== undefined) return data;
    if (size > registryLimits.smallBlobBytes) {
      const content = await this.#files.open(pathOf(digest));
      return content && whole(received(interruptible(content, signal), descriptor, this.name), descriptor);
    }
    const bytes = await this.#files.read(pathOf(digest), maxBytes);
    if (bytes !== undefined && bytes.length !== size) throw mismatch(this.name, digest, `${bytes.length} of its ${size} bytes`);
    return bytes && checkedBytes(bytes, digest, this.name);
  }

  /** Returns the referrers: manifests in index.json with this subject, and those under the fallback tag. */
  async referrers(subject: Digest, signal: AbortSignal): Promise<readonly Descriptor[]> {
    throwIfAborted(signal);
    const entries = await this.#entries();
    return united([this.#listedFor(entries, subject, signal), this.#underTag(entries, subject)], signal);
  }

  async #underTag(entries: readonly Descriptor[], subject: Digest): Promise<IndexEntries> {
    const tagged = taggedIn(entries, referrersTag(subject));
    return listingIn(tagged && (await this.#open(tagged.digest, tagged.mediaType)));
  }

  /** An entry that cannot be read hides no other. */
  async #listedFor(entries: readonly Descriptor[], subject: Digest, signal: AbortSignal): Promise<IndexEntries> {
    const found: Descriptor[] = [];
    const faults: TouchmarkError[] = [];
    for (const { digest, mediaType } of new Map(entries.map((entry) => [entry.digest, entry])).values()) {
      throwIfAborted(signal);
      if (!manifestMediaTypes.includes(mediaType)) continue;
      try {
        const stored = await this.#open(digest, mediaType);
        if (stored === undefined) continue; // listed but not stored
        const manifest = parseManifest(stored.bytes, mediaType);
        if (manifest.subject?.digest === subject) found.push(listed(stored.descriptor, manifest));
      } catch (error) {
        if (!(error instanceof TouchmarkError)) throw error;
        faults.push(error);
      }
    }
    return { entries: found, faults };
  }

  async *openBlob({ data, ...descriptor }: Descriptor, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    throwIfAborted(signal);
    const content = data ? streamOf(data) : await this.#files.open(pathOf(descriptor.digest));
    if (content === undefined) throw noBlob(this.name, descriptor.digest);
    yield* received(interruptible(content, signal), descriptor, this.name);
  }

  /** Files need no preparation. */
  expectBlobs(): ExpectedBlobs {
    return { ready: Promise.resolve(), async [Symbol.asyncDispose]() {} };
  }

  putBlob(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const descriptor = { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
    return this.putBlobFrom(descriptor, () => streamOf(bytes), signal);
  }

  async putBlobFrom(descriptor: Descriptor, open: () => AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    await this.#mark();
    if (await this.#holds(descriptor, signal)) return;
    await this.#files.write(pathOf(descriptor.digest), sent(interruptible(open(), signal), descriptor, this.name), descriptor.size);
  }

  async putManifest(bytes: Uint8Array, mediaType: string, tag: string | undefined, signal: AbortSignal): Promise<Descriptor> {
    if (tag !== undefined) checkedTarget(tag);
    const manifest = parseManifest(bytes, mediaType);
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    await this.putBlob(bytes, signal);
    const entry = manifest.subject === undefined ? descriptor : listed(descriptor, manifest);
    await this.#reindex(
      {
        change: (index) => withManifest(index, entry, tag),
        isMade: (entries) => (tag === undefined ? entries : [taggedIn(entries, tag)]).some((one) => one?.digest === entry.digest),
      },
      signal,
    );
    return descriptor;
  }

  async *tags(signal: AbortSignal): AsyncGenerator<string, void> {
    throwIfAborted(signal);
    yield* tagsIn(await this.#entries());
  }

  /** It is removed from the fallback tag of its subject too. */
  async deleteManifest(digest: Digest, signal: AbortSignal): Promise<void> {
    const stored = await this.manifest(parseDigest(digest), signal);
    if (stored === undefined) return;
    const change: Change = {
      change: (index) => index && withoutManifest(index, digest),
      isMade: (entries) => entries.every((one) => one.digest !== digest),
    };
    await this.#reindex(change, signal);
    await this.#files.remove(pathOf(digest));
    const subject = subjectDigestOf(stored);
    if (subject === undefined) return;
    const tag = referrersTag(subject);
    await unlist(
      {
        name: `${this.name}:${tag}`,
        read: () => this.manifest(tag, signal),
        write: (index) => this.putManifest(index, mediaTypes.ociIndex, tag, signal),
        signal,
      },
      digest,
    );
  }

  async deleteTag(tag: string, signal: AbortSignal): Promise<void> {
    checkedTarget(tag);
    await this.#entries();
    const change: Change = {
      change: (index) => index && untagged(index, tag),
      isMade: (entries) => taggedIn(entries, tag) === undefined,
    };
    await this.#reindex(change, signal);
  }

  /** Changes index.json, and repeats the change if another writer interferes. */
  async #reindex({ change, isMade }: Change, signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < registryLimits.layoutTries; tries++) {
      throwIfAborted(signal);
      const begun = performance.now();
      const before = await this.#files.read(indexFile, ociLimits.manifestBytes);
      const after = change(before);
      if (after === undefined) return;
      if (!(await this.#files.replace(indexFile, before, after))) continue;
      // Lost-update check: another process that read it just before may overwrite it just after.
      await pause(performance.now() - begun, signal);
      const now = await this.#files.read(indexFile, ociLimits.manifestBytes);
      if (now && isMade(parseIndex(now))) return;
    }
    throw new TouchmarkError(
      "CONFLICT",
      `${this.name}: index.json was changed by others ${registryLimits.layoutTries} times while it was written`,
    );
  }

  /** Whether the blob exists and matches its descriptor. */
  async #holds(descriptor: Descriptor, signal: AbortSignal): Promise<boolean> {
    try {
      for await (const _ of this.openBlob(descriptor, signal)); // checks the content
      return true;
    } catch (error) {
      if (error instanceof TouchmarkError && (error.code === "NO_SUCH_IMAGE" || error.code === "DIGEST_MISMATCH")) return false;
      throw error;
    }
  }

  async #entries(): Promise<readonly Descriptor[]> {
    const [isLayout, index] = await Promise.all([this.#isLayout(), this.#files.read(indexFile, ociLimits.manifestBytes)]);
    if (isLayout && index !== undefined) return parseIndex(index);
    throw new TouchmarkError("FILE_NOT_FOUND", `${this.name} is not an OCI layout: it has no ${isLayout ? indexFile : markerFile}`);
  }

  async #isLayout(): Promise<boolean> {
    const bytes = await this.#files.read(markerFile, registryLimits.layoutMarkerBytes);
    if (bytes === undefined) return false;
    const found = new Fields(parseJson(bytes, markerFile), markerFile).string("imageLayoutVersion");
    if (found === version) return true;
    throw new TouchmarkError(
      "UNSUPPORTED",
      `${this.name} is an OCI layout of version ${JSON.stringify(found.slice(0, 40))}, not ${version}`,
    );
  }

  async #mark(): Promise<void> {
    if (await this.#isLayout()) return;
    if (await this.#files.isFilledArchive()) {
      throw new TouchmarkError(
        "FILE_EXISTS",
        `${this.name} is an archive of something else: it has no ${markerFile}, and is left as it is`,
        {
          hint: "Name another file.",
        },
      );
    }
    await this.#files.write(markerFile, marker, marker.length);
  }

  async #open(
    digest: Digest,
    mediaType: string | undefined,
    maxBytes: number = ociLimits.manifestBytes,
  ): Promise<StoredManifest | undefined> {
    const bytes = await this.#files.read(pathOf(digest), Math.min(maxBytes, ociLimits.manifestBytes));
    if (bytes === undefined) return undefined;
    checkedBytes(bytes, digest, this.name);
    return { descriptor: { mediaType: mediaType ?? statedType(bytes), digest, size: bytes.length }, bytes };
  }
}

async function* interruptible(content: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of content) {
    throwIfAborted(signal);
    yield chunk;
  }
}

function pathOf(digest: Digest): string {
  return `blobs/${algorithmOf(parseDigest(digest))}/${hexOf(digest)}`;
}

/** Returns the media type of a manifest that index.json does not list: its own, else that of its shape. */
function statedType(bytes: Uint8Array): string {
  const fields = new Fields(parseJson(bytes, "manifest"), "manifest");
  return fields.optionalString("mediaType") ?? (fields.has("manifests") ? mediaTypes.ociIndex : mediaTypes.ociManifest);
}
