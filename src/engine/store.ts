/** Writes an artifact to the image's repository and reads it back, since a registry may accept a write and lose it. */
import { isDeepStrictEqual } from "node:util";
import { mapBounded } from "../core/async/map-bounded.ts";
import { digestOf, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { eventually } from "../core/async/eventually.ts";
import { KeyedLock } from "../core/async/keyed-lock.ts";
import { mediaTypes, parseManifest, type Descriptor, type ImageManifest } from "../core/oci/manifest.ts";
import { PartialListing } from "../core/partial-listing.ts";
import type { Repository } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import { writeAndSettle } from "../core/async/lost-update-check.ts";
import type { Artifact, ReferrerArtifact, TaggedArtifact } from "../formats/writer.ts";
import { engineLimits } from "./limits.ts";

/** Serialises the writers of this process; only other processes can overwrite a tag. */
const writers = new KeyedLock();

/** Stores an artifact of an image; returns the digest of the manifest that holds it. Throws CONFLICT, REGISTRY_ERROR, and what the repository throws. */
export async function store(repository: Repository, subject: SubjectAddress, artifact: Artifact, signal: AbortSignal): Promise<Digest> {
  if (artifact.kind === "file") throw new TouchmarkError("INTERNAL", "a detached signature is not stored in a repository");
  if (artifact.kind === "referrer") return storeReferrer(repository, subject, artifact, signal);
  return writers.run(`${repository.name}:${artifact.tag}`, () => storeTagged(repository, artifact, signal));
}

async function storeReferrer(
  repository: Repository,
  subject: SubjectAddress,
  artifact: ReferrerArtifact,
  signal: AbortSignal,
): Promise<Digest> {
  const { blobs, manifest } = artifact;
  await Promise.all(blobs.map((blob) => repository.putBlob(blob, signal)));
  const kept = readBack(repository, blobs, signal);
  for (let tries = 0; tries < engineLimits.writes; tries++) {
    const { digest } = await repository.putManifest(manifest, mediaTypes.ociManifest, undefined, signal, { readsBack: true });
    const there = eventually(() => repository.manifest(digest, signal), engineLimits.readBack, signal);
    const [stored, listed] = await Promise.all([there, listedNow(repository, subject, signal), kept]);
    if (!stored) throw lost(repository, `the manifest ${digest}`);
    if (listed.some((entry) => entry.digest === digest)) return digest;
  }
  throw lost(repository, `the entry for a signature among the referrers of ${subject.digest}`);
}

/** The referrers, as far as they can be read: what hides another entry does not hide this one. */
async function listedNow(repository: Repository, { digest }: SubjectAddress, signal: AbortSignal): Promise<readonly Descriptor[]> {
  try {
    return await repository.referrers(digest, signal);
  } catch (error) {
    if (error instanceof PartialListing) return error.entries;
    throw error;
  }
}

async function storeTagged(repository: Repository, artifact: TaggedArtifact, signal: AbortSignal): Promise<Digest> {
  const { tag, layer } = artifact;
  /** All other layers that the tag had since this call began: one that is missing later was overwritten and is restored. */
  const seen = new Map<string, Descriptor>();
  const look = async (): Promise<ImageManifest | undefined> => {
    const manifest = await readTag(repository, tag, signal);
    for (const one of manifest?.layers ?? []) if (!isDeepStrictEqual(one, layer)) seen.set(JSON.stringify(one), one);
    return manifest;
  };
  for (let tries = 0; tries < engineLimits.writes; tries++) {
    const current = await look();
    const others = [...seen.values()];
    const extended = artifact.extend(current && { ...current, layers: others });
    await Promise.all(extended.blobs.map((blob) => repository.putBlob(blob, signal)));
    const kept = readBack(repository, extended.blobs, signal);
    const write = (): Promise<Descriptor> => repository.putManifest(extended.manifest, extended.mediaType, tag, signal);
    const { digest } = await writeAndSettle({ look, write, signal });
    const [after] = await Promise.all([look(), kept]);
    const isIn = after?.layers.some((one) => isDeepStrictEqual(one, layer));
    if (isIn && after?.layers.length === seen.size + 1) return digest;
  }
  throw new TouchmarkError(
    "CONFLICT",
    `the tag ${tag} of ${repository.name} was changed by others ${engineLimits.writes} times while it was written`,
  );
}

async function readTag(repository: Repository, tag: string, signal: AbortSignal): Promise<ImageManifest | undefined> {
  const stored = await repository.manifest(tag, signal);
  if (!stored) return undefined;
  const manifest = parseManifest(stored.bytes, stored.descriptor.mediaType);
  if (manifest.kind === "image" && manifest.config) return manifest;
  throw new TouchmarkError(
    "MALFORMED",
    `the tag ${tag} of ${repository.name} is no image manifest, where signatures are expected as its layers`,
  );
}

/**
 * Reads the blobs back while the manifest is stored; the caller awaits it afterwards. One at a time, which leaves the other connections to
 * the writes.
 */
function readBack(repository: Repository, blobs: readonly Uint8Array[], signal: AbortSignal): Promise<unknown> {
  const all = mapBounded(blobs, 1, async (blob) => {
    const descriptor: Descriptor = { mediaType: "application/octet-stream", digest: digestOf(blob), size: blob.length };
    const found = await eventually(() => repository.blob(descriptor, blob.length, signal), engineLimits.readBack, signal);
    if (!found) throw lost(repository, `the blob ${descriptor.digest}`);
  });
  all.catch(() => undefined);
  return all;
}

function lost(repository: Repository, what: string): TouchmarkError {
  return new TouchmarkError("REGISTRY_ERROR", `${repository.name} accepted ${what} and does not have it`);
}
