/** Copies an image, every image of an index and everything attached to them from one repository to another. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { RepositoryLocation } from "../core/evidence.ts";
import { ociLimits } from "../core/oci/limits.ts";
import { blobsOf, parseManifest, type Descriptor } from "../core/oci/manifest.ts";
import type { Instant } from "../core/instant.ts";
import type { Reference } from "../core/oci/reference.ts";
import type { Repository, StoredManifest } from "../core/repository.ts";
import type { ImageSubject, SubjectAddress } from "../core/subject.ts";
import type { Format } from "../formats/format.ts";
import { engineLimits } from "./limits.ts";
import { attachmentsOf, type Attachment } from "./attachments.ts";
import { inBatches } from "./open-entries.ts";
import { Recording, type RecordSettings } from "./recording.ts";
import { resolve, resolveAll, subjectOf } from "./resolve.ts";

export interface CopyOptions extends RecordSettings {
  /** The current time. */
  readonly at: Instant;
  readonly formats: readonly Format[];
  /** The tag at the destination; without one, the image is stored by digest only. */
  readonly tag: string | undefined;
  /** Replaces other signatures that the destination already has under a signature tag. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

export interface Copied {
  readonly from: string;
  readonly to: string;
  readonly digest: Digest;
  readonly tag?: string;
  /** Number of images; an index has several. */
  readonly images: number;
  /** Number of manifests attached to them. */
  readonly attachments: number;
}

/**
 * Copies the bytes unchanged, so that digests and signatures stay valid. Anything unreadable ends the copy, since a copy must not lose a
 * signature silently. The tag is written last. Throws CONFLICT where signatures would be replaced.
 */
export async function copy(source: Repository, reference: Reference, destination: Repository, options: CopyOptions): Promise<Copied> {
  const { tag, signal } = options;
  const root = await resolve(source, reference, signal);
  const transfer: Transfer = { ...options, source, destination, copied: new Set(), left: engineLimits.attachmentBytes };
  const subjects = await copyWhole(root, undefined, transfer);
  for (const subject of subjects) await copyAttachments(subject, transfer);
  if (tag !== undefined) await destination.putManifest(root.manifest, root.descriptor.mediaType, tag, signal);

  const attachments = transfer.copied.size - subjects.length;
  const recording = new Recording(options);
  recording.keep({ kind: "copied", at: options.at, from: source.name, to: destination.name, digest: root.digest });
  return recording.result({
    from: source.name,
    to: destination.name,
    digest: root.digest,
    ...(tag !== undefined && { tag }),
    images: subjects.length,
    attachments,
  });
}

interface Transfer extends CopyOptions {
  readonly source: Repository;
  readonly destination: Repository;
  /** Digests already at the destination. */
  readonly copied: Set<Digest>;
  /** Bytes of attached manifests that may still be copied. */
  left: number;
}

/**
 * Copies the manifest after everything it names, under the tag if one is given. Returns the new manifests, whose attachments are still to
 * be copied.
 */
async function copyWhole(root: ImageSubject, tag: string | undefined, transfer: Transfer): Promise<readonly ImageSubject[]> {
  const whole = await resolveAll(transfer.source, root, transfer.signal);
  const parts = whole.filter(({ digest }) => !transfer.copied.has(digest));
  // An index names its images, so the manifest resolved last is written first.
  for (const part of parts.toReversed()) {
    await copyManifest({ descriptor: part.descriptor, bytes: part.manifest }, part === root ? tag : undefined, transfer);
  }
  return parts;
}

async function copyManifest({ descriptor, bytes }: StoredManifest, tag: string | undefined, transfer: Transfer): Promise<void> {
  const { destination, copied, signal } = transfer;
  const manifest = parseManifest(bytes, descriptor.mediaType);
  if (manifest.kind === "image") {
    const blobs = new Map(blobsOf(manifest).map((blob) => [blob.digest, blob]));
    await mapBounded([...blobs.values()], engineLimits.transfers, (blob) => copyBlob(blob, transfer));
  }
  await destination.putManifest(bytes, descriptor.mediaType, tag, signal);
  copied.add(descriptor.digest);
}

function copyBlob(blob: Descriptor, { source, destination, signal }: Transfer): Promise<void> {
  return destination.putBlobFrom(blob, () => source.openBlob(blob, signal), signal, { mountFrom: source.name });
}

async function copyAttachments(subject: SubjectAddress, transfer: Transfer): Promise<void> {
  const { source, copied, signal } = transfer;
  const attachments = await attachmentsOf(source, subject, { ...transfer, onUnread: fail });
  // The listing tells before anything is copied; what it does not tell is counted as it is read. No manifest is larger than may be stored.
  const stated = attachments.reduce((sum, { descriptor: { size } }) => sum + Math.min(size, ociLimits.manifestBytes), 0);
  spend(stated, { left: transfer.left });
  for (const batch of inBatches(attachments, ({ descriptor, stored }) => (stored ? 0 : descriptor.size))) {
    const read = await mapBounded(batch, batch.length, async (one): Promise<Attachment> => {
      const stored = one.stored ?? (copied.has(one.descriptor.digest) ? undefined : await source.manifest(one.descriptor.digest, signal));
      return { ...one, ...(stored && { stored }) };
    });
    for (const { location, stored } of read) if (stored) await copyAttachment(location, stored, transfer);
  }
}

async function copyAttachment(location: RepositoryLocation, stored: StoredManifest, transfer: Transfer): Promise<void> {
  const { source, copied } = transfer;
  const { digest, size } = stored.descriptor;
  if (copied.has(digest)) return;
  if (copied.size > engineLimits.attachments)
    throw new TouchmarkError("LIMIT_EXCEEDED", `more than ${engineLimits.attachments} manifests are attached to the image`);
  spend(size, transfer);
  const tag = location.kind === "tag" ? location.tag : undefined;
  if (tag !== undefined) await checkTag(tag, digest, transfer);
  for (const part of await copyWhole(subjectOf(source, `${source.name}@${digest}`, stored), tag, transfer)) {
    await copyAttachments(part, transfer);
  }
}

/** Takes bytes of manifests from what the copy may take along. Throws LIMIT_EXCEEDED. */
function spend(bytes: number, room: { left: number }): void {
  room.left -= bytes;
  if (room.left >= 0) return;
  throw new TouchmarkError("LIMIT_EXCEEDED", `manifests of more than ${engineLimits.attachmentBytes} bytes are attached to the image`, {
    hint: "Delete those at the source that nobody needs.",
  });
}

/** Throws CONFLICT if the tag at the destination holds signatures that the source does not have. */
async function checkTag(tag: string, digest: Digest, { destination, force, signal }: Transfer): Promise<void> {
  const there = await destination.manifest(tag, signal);
  if (force || !there || there.descriptor.digest === digest) return;
  throw new TouchmarkError("CONFLICT", `the tag ${tag} of ${destination.name} holds other signatures than that of the source`, {
    hint: "Look at both, and say so if those at the destination are to be replaced.",
    remedy: { id: "replace-at-destination" },
  });
}

function fail(_what: string, thrown: unknown): never {
  throw thrown;
}
