/** Writes an artifact beside its image and reads it back: what is not there afterwards was not stored. */
import { isDeepStrictEqual } from "node:util";
import { mapBounded } from "../core/bounded.ts";
import { digestOf, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { KeyedLock } from "../core/keyed-lock.ts";
import { mediaTypes, parseManifest, type Descriptor, type ImageManifest } from "../core/oci.ts";
import type { Repository } from "../core/repository.ts";
import type { SubjectAddress } from "../core/subject.ts";
import { pause } from "../net/pause.ts";
import type { Artifact, ReferrerArtifact, TaggedArtifact } from "../formats/format.ts";

/** How often a tag is written anew when another writer was faster. */
const maxTries = 10;
/** The writers of this process wait for each other; only others can come in between. */
const writers = new KeyedLock();

/** Stores the artifact; returns the digest of the manifest that holds it. Throws CONFLICT, REGISTRY_ERROR, and what the repository throws. */
export function store(repository: Repository, subject: SubjectAddress, artifact: Artifact, signal: AbortSignal): Promise<Digest> {
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
  for (let tries = 0; tries < maxTries; tries++) {
    const { digest } = await repository.putManifest(manifest, mediaTypes.ociManifest, undefined, signal, { readsBack: true });
    const [stored, listed] = await Promise.all([repository.manifest(digest, signal), repository.referrers(subject.digest, signal), kept]);
    if (!stored) throw lost(repository, `the manifest ${digest}`);
    if (listed.some((entry) => entry.digest === digest)) return digest;
  }
  throw lost(repository, `the entry for a signature among the referrers of ${subject.digest}`);
}

async function storeTagged(repository: Repository, artifact: TaggedArtifact, signal: AbortSignal): Promise<Digest> {
  const { tag, layer } = artifact;
  const isIn = (manifest: ImageManifest | undefined): boolean =>
    manifest?.layers.some((candidate) => isDeepStrictEqual(candidate, layer)) === true;
  for (let tries = 0; tries < maxTries; tries++) {
    const begun = performance.now();
    const extended = artifact.extend(await readTag(repository, tag, signal));
    await Promise.all(extended.blobs.map((blob) => repository.putBlob(blob, signal)));
    const kept = readBack(repository, extended.blobs, signal);
    const { digest } = await repository.putManifest(extended.manifest, extended.mediaType, tag, signal);
    const took = performance.now() - begun;
    const [after] = await Promise.all([readTag(repository, tag, signal), kept]);
    if (!isIn(after)) continue;
    // Another process that read the tag before this was written may be about to write over it, and takes about as long as this did.
    await pause(2 * took, signal);
    if (isIn(await readTag(repository, tag, signal))) return digest;
  }
  throw new TouchmarkError("CONFLICT", `the tag ${tag} of ${repository.name} was changed by others ${maxTries} times while it was written`);
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

/** Begun while the manifest is stored, and waited for after it. One by one: the other connections are for what is waited for. */
function readBack(repository: Repository, blobs: readonly Uint8Array[], signal: AbortSignal): Promise<unknown> {
  const all = mapBounded(blobs, 1, async (blob) => {
    const descriptor: Descriptor = { mediaType: "application/octet-stream", digest: digestOf(blob), size: blob.length };
    if (!(await repository.blob(descriptor, blob.length, signal))) throw lost(repository, `the blob ${descriptor.digest}`);
  });
  all.catch(() => undefined);
  return all;
}

function lost(repository: Repository, what: string): TouchmarkError {
  return new TouchmarkError("REGISTRY_ERROR", `${repository.name} accepted ${what} and does not have it`);
}
