/** Resolves a reference to the image that all later steps use. */
import { mapBounded } from "../core/async/map-bounded.ts";
import { throwIfAborted } from "../core/async/interruption.ts";
import { byCloseness } from "../core/closest.ts";
import { isDigest } from "../core/digest.ts";
import { malformed, TouchmarkError } from "../core/errors.ts";
import { manifestMediaTypes, parseManifest, type Descriptor } from "../core/oci/manifest.ts";
import { formatReference, isTag, repositoryOf, targetOf, type Reference } from "../core/oci/reference.ts";
import type { RepositoryReader, StoredManifest } from "../core/repository.ts";
import type { ImageSubject } from "../core/subject.ts";
import { engineLimits } from "./limits.ts";

/** Resolves a tag, or reads the manifest of a digest. Throws NO_SUCH_IMAGE. */
export async function resolve(repository: RepositoryReader, reference: Reference, signal: AbortSignal): Promise<ImageSubject> {
  const stored = await repository.manifest(targetOf(reference), signal);
  if (!stored) throw await noSuchImage(repository, reference, signal);
  return subjectOf(repository, formatReference(reference), stored);
}

/** Names the tags that there are, where the repository tells them soon. */
async function noSuchImage(repository: RepositoryReader, reference: Reference, signal: AbortSignal): Promise<TouchmarkError> {
  const target = targetOf(reference);
  const message = `${repositoryOf(reference)} has no image ${JSON.stringify(target)}`;
  if (isDigest(target)) return new TouchmarkError("NO_SUCH_IMAGE", message);
  const tags: string[] = [];
  try {
    for await (const tag of repository.tags(AbortSignal.any([signal, AbortSignal.timeout(engineLimits.tagsTime)]))) {
      if (isTag(tag) && !evidenceTag.test(tag)) tags.push(tag);
      if (tags.length === engineLimits.tags) break;
    }
  } catch {
    throwIfAborted(signal);
  }
  if (tags.length === 0) return new TouchmarkError("NO_SUCH_IMAGE", message);
  const shown = byCloseness(target, tags).slice(0, engineLimits.tagsShown).join(", ");
  const more = tags.length > engineLimits.tagsShown ? ", and others" : "";
  return new TouchmarkError("NO_SUCH_IMAGE", message, { hint: `Name a tag that is there: ${shown}${more}.` });
}

/** Tags under which evidence is stored: cosign's, and the fallback tag of referrers. */
const evidenceTag = /^sha(?:256|512)-[0-9a-f]+(?:\.[a-z]+)?$/;

/** Parses the manifest, which must be valid for its media type: a document that is also an index means different things to different readers. */
export function subjectOf(repository: RepositoryReader, reference: string, { descriptor, bytes }: StoredManifest): ImageSubject {
  if (manifestMediaTypes.includes(descriptor.mediaType)) parseManifest(bytes, descriptor.mediaType);
  return { kind: "image", repository: repository.name, reference, digest: descriptor.digest, descriptor, manifest: bytes };
}

/**
 * The image and, for an index, every manifest in it that is wanted (by default, every one), without duplicates. Throws LIMIT_EXCEEDED
 * beyond 1000.
 */
export async function resolveAll(
  repository: RepositoryReader,
  root: ImageSubject,
  signal: AbortSignal,
  isWanted: (listed: Descriptor) => boolean = () => true,
): Promise<readonly ImageSubject[]> {
  const subjects = new Map([[root.digest, root]]);
  let level: readonly ImageSubject[] = [root];
  while (level.length > 0) {
    const children = level.flatMap((subject) => childrenOf(subject).filter((child) => !subjects.has(child.digest) && isWanted(child)));
    const unique = new Map(children.map((child) => [child.digest, child]));
    if (subjects.size + unique.size > engineLimits.images) {
      throw new TouchmarkError("LIMIT_EXCEEDED", `${root.reference} is an index of more than ${engineLimits.images} images`);
    }
    level = await mapBounded([...unique.values()], engineLimits.requests, (child) => readChild(repository, root, child, signal));
    for (const subject of level) subjects.set(subject.digest, subject);
  }
  return [...subjects.values()];
}

/**
 * Whether an index lists an image, and not an attestation that BuildKit stores in it: nothing runs that, and it is not signed. The index has
 * a verdict of its own, so that nobody without its signature can call an image an attestation.
 */
export function isImage({ annotations, platform }: Descriptor): boolean {
  const isAttestation = annotations?.["vnd.docker.reference.type"] === "attestation-manifest";
  return !isAttestation || platform?.os !== "unknown" || platform.architecture !== "unknown";
}

function childrenOf(subject: ImageSubject): readonly Descriptor[] {
  const manifest = parseManifest(subject.manifest, subject.descriptor.mediaType);
  return manifest.kind === "index" ? manifest.manifests : [];
}

async function readChild(repository: RepositoryReader, root: ImageSubject, child: Descriptor, signal: AbortSignal): Promise<ImageSubject> {
  const stored = await repository.manifest(child.digest, signal);
  if (!stored)
    throw new TouchmarkError("NO_SUCH_IMAGE", `${root.reference} lists the image ${child.digest}, which is not in ${repository.name}`);
  const { mediaType, size } = stored.descriptor;
  if (size !== child.size || mediaType !== child.mediaType) {
    const [listed, found] = [child, { mediaType, size }].map(
      (one) => `${one.size} bytes of ${JSON.stringify(one.mediaType.slice(0, 150))}`,
    );
    throw malformed(`${root.reference} lists ${child.digest} as ${listed}, and it is ${found}`);
  }
  return subjectOf(repository, `${repository.name}@${child.digest}`, stored);
}
