/** The manifests of each repository, kept consistent with its tags and referrers. */
import { stat } from "node:fs/promises";
import { mapBounded } from "../../../core/async/map-bounded.ts";
import { decodeUtf8 } from "../../../core/bytes.ts";
import { isDigest, matchesDigest, type Digest } from "../../../core/digest.ts";
import { artifactTypeOf, blobsOf, withListedAnnotations, type Descriptor, type Manifest } from "../../../core/oci/manifest.ts";
import type { StoredManifest } from "../../../core/repository.ts";
import type { RepositoryName, Tag } from "../names.ts";
import { RegistryError } from "../registry-error.ts";
import type { ManifestBackend, ManifestPush } from "../backend.ts";
import type { Blobs } from "./blobs.ts";
import type { Contents } from "./contents.ts";
import { orMissing, readIfThere, type Disk } from "./disk.ts";
import type { KeyedLock } from "../../../core/async/keyed-lock.ts";
import type { Layout } from "./layout.ts";
import type { RegistryServerLimits } from "../limits.ts";
import { readPushedManifest } from "./read-manifest.ts";
import type { Referrers } from "./referrers.ts";
import type { Tags } from "./tags.ts";

export interface ManifestStores {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly contents: Contents;
  readonly blobs: Blobs;
  readonly tags: Tags;
  readonly referrers: Referrers;
  /** Locks by repository name, held by every change of the content that manifests refer to. */
  readonly repositories: KeyedLock;
  readonly limits: Pick<RegistryServerLimits, "fileChecks" | "manifestBytes">;
}

export class Manifests implements ManifestBackend {
  readonly #stores: ManifestStores;

  constructor(stores: ManifestStores) {
    this.#stores = stores;
  }

  /** Whether the repository has, or once had, a manifest. */
  async isRepository(name: RepositoryName): Promise<boolean> {
    return (await orMissing(stat(this.#stores.layout.manifests(name)))) !== undefined;
  }

  /** Throws MANIFEST_UNKNOWN. */
  async get(name: RepositoryName, target: Digest | Tag): Promise<StoredManifest> {
    const digest = isDigest(target) ? target : await this.#stores.tags.get(name, target);
    const mediaType = digest && (await this.#mediaType(name, digest));
    const bytes = mediaType && (await this.#stores.contents.read(digest));
    if (!bytes) throw unknown(name, target);
    return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
  }

  /** Stores a manifest once all content that it needs is present; returns its subject if it has one. */
  async put(name: RepositoryName, push: ManifestPush): Promise<Digest | undefined> {
    const { bytes, mediaType, digest } = push;
    const { contents, disk, layout, referrers, repositories, tags } = this.#stores;
    if (!matchesDigest(bytes, digest)) throw new RegistryError("DIGEST_INVALID", `the manifest does not have the digest ${digest}`);
    const manifest = readPushedManifest(bytes, mediaType, this.#stores.limits.manifestBytes);
    return repositories.run(name, async () => {
      await this.#checkMediaType(name, digest, mediaType);
      if (manifest) await this.#checkParts(name, manifest);
      await contents.write(digest, bytes);
      await disk.write(layout.manifest(name, digest), mediaType);
      const subject = manifest?.subject?.digest;
      if (manifest && subject) await referrers.add(name, subject, referrerOf(manifest, digest, bytes.length));
      for (const tag of push.tags) await tags.set(name, tag, digest);
      return subject;
    });
  }

  /** Deletes the manifest, its tags and its entry among referrers; throws MANIFEST_UNKNOWN. */
  async remove(name: RepositoryName, digest: Digest): Promise<void> {
    const { disk, layout, referrers, repositories, tags, limits } = this.#stores;
    await repositories.run(name, async () => {
      const { bytes, descriptor } = await this.get(name, digest);
      await mapBounded(await tags.list(name), limits.fileChecks, async (tag) => {
        if ((await tags.get(name, tag)) === digest) await tags.remove(name, tag);
      });
      const subject = readPushedManifest(bytes, descriptor.mediaType, limits.manifestBytes)?.subject;
      if (subject) await referrers.remove(name, subject.digest, digest);
      await disk.remove(layout.manifest(name, digest)); // last, so that an interrupted deletion can be repeated
    });
  }

  /** Throws MANIFEST_UNKNOWN; the manifest stays. */
  async untag(name: RepositoryName, tag: Tag): Promise<void> {
    const removed = await this.#stores.repositories.run(name, () => this.#stores.tags.remove(name, tag));
    if (!removed) throw unknown(name, tag);
  }

  async #mediaType(name: RepositoryName, digest: Digest): Promise<string | undefined> {
    const bytes = await readIfThere(this.#stores.layout.manifest(name, digest));
    return bytes && decodeUtf8(bytes);
  }

  /** A digest has one media type: it cannot be changed for those who already use it. */
  async #checkMediaType(name: RepositoryName, digest: Digest, mediaType: string): Promise<void> {
    const known = await this.#mediaType(name, digest);
    if (known === undefined || known === mediaType) return;
    throw new RegistryError("MANIFEST_INVALID", `${digest} is stored as ${known} and came as ${mediaType}`);
  }

  async #checkParts(name: RepositoryName, manifest: Manifest): Promise<void> {
    const { blobs, contents, limits } = this.#stores;
    const isIndex = manifest.kind === "index";
    const isThere = async (digest: Digest): Promise<boolean> =>
      isIndex ? (await this.#mediaType(name, digest)) !== undefined : blobs.has(name, digest);
    const parts = isIndex ? manifest.manifests : blobsOf(manifest);
    const distinct = new Map(parts.map((part) => [`${part.digest} ${part.size} ${part.mediaType}`, part]));
    await mapBounded([...distinct.values()], limits.fileChecks, async ({ digest, size: stated, mediaType }) => {
      const size = (await isThere(digest)) ? await contents.size(digest) : undefined;
      if (size === undefined) {
        if (isIndex || (isNonDistributable(mediaType) && digest !== manifest.config?.digest)) return;
        throw new RegistryError("MANIFEST_BLOB_UNKNOWN", `${name} does not have ${digest}, which the manifest names`);
      }
      // Readers plan by the stated size: a wrong one would use up what they are willing to read.
      if (size !== stated)
        throw new RegistryError("MANIFEST_INVALID", `the manifest states ${stated} bytes for ${digest}, which has ${size}`);
    });
  }
}

/** Whether a layer is one that its licence keeps from registries: clients fetch it from the URLs beside it (OCI image specification, layer.md; Docker's "foreign" layers). */
function isNonDistributable(mediaType: string): boolean {
  return /^application\/vnd\.(?:oci\.image\.layer\.nondistributable\.|docker\.image\.rootfs\.foreign\.)/.test(mediaType);
}

function referrerOf(manifest: Manifest, digest: Digest, size: number): Descriptor {
  const { annotations, mediaType } = manifest;
  const artifactType = artifactTypeOf(manifest);
  return withListedAnnotations({ mediaType, digest, size, ...(artifactType !== undefined && { artifactType }), annotations });
}

function unknown(name: RepositoryName, target: string): RegistryError {
  return new RegistryError("MANIFEST_UNKNOWN", `${name} has no manifest ${target}`);
}
