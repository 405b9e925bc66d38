/**
 * An OCI layout folder as a repository (OCI image specification, image-layout.md):
 *
 *     oci-layout      {"imageLayoutVersion":"1.0.0"}
 *     index.json      what is in it, and under which tags
 *     blobs/ALG/HEX   manifests and blobs alike
 */
import { encodeUtf8 } from "../../core/bytes.ts";
import { algorithmOf, digestOf, hexOf, isDigest, parseDigest, type Digest } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json.ts";
import { manifestMediaTypes, maxManifestBytes, mediaTypes, parseManifest, type Descriptor } from "../../core/oci.ts";
import type { Repository, StoredManifest } from "../../core/repository.ts";
import { throwIfAborted } from "../../net/interruption.ts";
import { checkedBytes, checkedTarget, checkSize, mismatch } from "../checks.ts";
import { entriesOf, referrersTag } from "../referrers-tag.ts";
import { listed, united } from "../referrers.ts";
import { LayoutFiles } from "./layout-files.ts";
import { parseIndex, taggedIn, withManifest } from "./layout-index.ts";

const markerFile = "oci-layout";
const indexFile = "index.json";
const version = "1.0.0";
const maxMarkerBytes = 4096;
const maxTries = 10;

export class LayoutRepository implements Repository {
  readonly name: string;
  readonly #path: string;
  readonly #files: LayoutFiles;

  constructor(path: string) {
    this.name = `oci:${path}`;
    this.#path = path;
    this.#files = new LayoutFiles(path);
  }

  async manifest(target: string, signal: AbortSignal): Promise<StoredManifest | undefined> {
    throwIfAborted(signal);
    const entries = await this.#entries();
    if (isDigest(target)) return this.#open(target, entries.find(({ digest }) => digest === target)?.mediaType);
    const tagged = taggedIn(entries, checkedTarget(target));
    return tagged && this.#open(tagged.digest, tagged.mediaType);
  }

  async blob(descriptor: Descriptor, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    throwIfAborted(signal);
    checkSize(descriptor, maxBytes, this.name);
    const { digest, size, data } = descriptor;
    if (data !== undefined) return data;
    const bytes = await this.#files.read(pathOf(digest), maxBytes);
    if (bytes !== undefined && bytes.length !== size) throw mismatch(this.name, digest, `${bytes.length} of its ${size} bytes`);
    return bytes && checkedBytes(bytes, digest, this.name);
  }

  /** Those that index.json lists, by their subject, and those under the fallback tag. */
  async referrers(subject: Digest, signal: AbortSignal): Promise<readonly Descriptor[]> {
    throwIfAborted(signal);
    const entries = await this.#entries();
    const tagged = taggedIn(entries, referrersTag(subject));
    const fromTag = entriesOf(tagged && (await this.#open(tagged.digest, tagged.mediaType)));
    const found: Descriptor[] = [];
    for (const { digest, mediaType } of united(entries)) {
      throwIfAborted(signal);
      if (!manifestMediaTypes.includes(mediaType)) continue;
      const stored = await this.#open(digest, mediaType);
      if (stored === undefined) continue; // listed only
      const manifest = parseManifest(stored.bytes, mediaType);
      if (manifest.subject?.digest === subject) found.push(listed(stored.descriptor, manifest));
    }
    return united(found, fromTag);
  }

  async putBlob(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    await this.#mark();
    await this.#files.write(pathOf(digestOf(bytes)), bytes);
  }

  async putManifest(bytes: Uint8Array, mediaType: string, tag: string | undefined, signal: AbortSignal): Promise<Descriptor> {
    if (tag !== undefined) checkedTarget(tag);
    const manifest = parseManifest(bytes, mediaType);
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    await this.putBlob(bytes, signal);
    const entry = manifest.subject === undefined ? descriptor : listed(descriptor, manifest);
    for (let tries = 0; tries < maxTries; tries++) {
      throwIfAborted(signal);
      const index = await this.#files.read(indexFile, maxManifestBytes);
      if (await this.#files.replace(indexFile, index, withManifest(index, entry, tag))) return descriptor;
    }
    throw new TouchmarkError("CONFLICT", `${this.name}: index.json was changed by others ${maxTries} times while it was written`);
  }

  async #entries(): Promise<readonly Descriptor[]> {
    const [isLayout, index] = await Promise.all([this.#isLayout(), this.#files.read(indexFile, maxManifestBytes)]);
    if (isLayout && index !== undefined) return parseIndex(index);
    throw new TouchmarkError("FILE_NOT_FOUND", `${this.#path} is not an OCI layout folder: it has no ${isLayout ? indexFile : markerFile}`);
  }

  async #isLayout(): Promise<boolean> {
    const marker = await this.#files.read(markerFile, maxMarkerBytes);
    if (marker === undefined) return false;
    const found = new Fields(parseJson(marker, markerFile), markerFile).string("imageLayoutVersion");
    if (found === version) return true;
    throw new TouchmarkError(
      "UNSUPPORTED",
      `${this.#path} is an OCI layout of version ${JSON.stringify(found.slice(0, 40))}, not ${version}`,
    );
  }

  async #mark(): Promise<void> {
    if (!(await this.#isLayout())) await this.#files.write(markerFile, encodeUtf8(JSON.stringify({ imageLayoutVersion: version })));
  }

  async #open(digest: Digest, mediaType: string | undefined): Promise<StoredManifest | undefined> {
    const bytes = await this.#files.read(pathOf(digest), maxManifestBytes);
    if (bytes === undefined) return undefined;
    checkedBytes(bytes, digest, this.name);
    return { descriptor: { mediaType: mediaType ?? statedType(bytes), digest, size: bytes.length }, bytes };
  }
}

function pathOf(digest: Digest): string {
  return `blobs/${algorithmOf(parseDigest(digest))}/${hexOf(digest)}`;
}

/** The media type of a manifest that index.json does not list: its own word, else the one its shape has. */
function statedType(bytes: Uint8Array): string {
  const fields = new Fields(parseJson(bytes, "manifest"), "manifest");
  return fields.optionalString("mediaType") ?? (fields.has("manifests") ? mediaTypes.ociIndex : mediaTypes.ociManifest);
}
