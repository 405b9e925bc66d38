/** Resolves a reference to the image that all later steps use. */
import { mapBounded } from "../core/async/map-bounded.ts";
import { TouchmarkError } from "../core/errors.ts";
import { manifestMediaTypes, parseManifest, type Descriptor } from "../core/oci/manifest.ts";
import { formatReference, repositoryOf, targetOf, type Reference } from "../core/oci/reference.ts";
import type { RepositoryReader, StoredManifest } from "../core/repository.ts";
import type { ImageSubject } from "../core/subject.ts";
import { engineLimits } from "./limits.ts";

/** Resolves a tag, or reads the manifest of a digest. Throws NO_SUCH_IMAGE. */
export async function resolve(repository: RepositoryReader, reference: Reference, signal: AbortSignal): Promise<ImageSubject> {
  const stored = await repository.manifest(targetOf(reference), signal);
  if (!stored) throw new TouchmarkError("NO_SUCH_IMAGE", `${repositoryOf(reference)} has no image ${JSON.stringify(targetOf(reference))}`);
  return subjectOf(repository, formatReference(reference), stored);
}

/** Parses the manifest, which must be valid for its media type: a document that is also an index means different things to different readers. */
export function subjectOf(repository: RepositoryReader, reference: string, { descriptor, bytes }: StoredManifest): ImageSubject {
  if (manifestMediaTypes.includes(descriptor.mediaType)) parseManifest(bytes, descriptor.mediaType);
  return { kind: "image", repository: repository.name, reference, digest: descriptor.digest, descriptor, manifest: bytes };
}

/** The image and, for an index, every image in it, without duplicates. Throws LIMIT_EXCEEDED beyond 1000. */
export async function resolveAll(repository: RepositoryReader, root: ImageSubject, signal: AbortSignal): Promise<readonly ImageSubject[]> {
  const subjects = new Map([[root.digest, root]]);
  let level: readonly ImageSubject[] = [root];
  while (level.length > 0) {
    const children = level.flatMap((subject) => childrenOf(subject).filter(({ digest }) => !subjects.has(digest)));
    const unique = new Map(children.map((child) => [child.digest, child]));
    if (subjects.size + unique.size > engineLimits.images) {
      throw new TouchmarkError("LIMIT_EXCEEDED", `${root.reference} is an index of more than ${engineLimits.images} images`);
    }
    level = await mapBounded([...unique.values()], engineLimits.requests, (child) => readChild(repository, root, child, signal));
    for (const subject of level) subjects.set(subject.digest, subject);
  }
  return [...subjects.values()];
}

function childrenOf(subject: ImageSubject): readonly Descriptor[] {
  const manifest = parseManifest(subject.manifest, subject.descriptor.mediaType);
  return manifest.kind === "index" ? manifest.manifests : [];
}

async function readChild(repository: RepositoryReader, root: ImageSubject, child: Descriptor, signal: AbortSignal): Promise<ImageSubject> {
  const stored = await repository.manifest(child.digest, signal);
  if (!stored)
    throw new TouchmarkError("NO_SUCH_IMAGE", `${root.reference} lists the image ${child.digest}, which is not in ${repository.name}`);
  return subjectOf(repository, `${repository.name}@${child.digest}`, stored);
}
