/** Uploads the pending log entries of an image: signatures made while a log was unavailable are logged and completed. */
import { mapBounded } from "../core/async/map-bounded.ts";
import type { Digest } from "../core/digest.ts";
import { malformed } from "../core/errors.ts";
import type { Evidence } from "../core/evidence.ts";
import type { UnreadLocation } from "../core/finding.ts";
import type { Instant } from "../core/instant.ts";
import type { Reference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { ImageSubject } from "../core/subject.ts";
import { reading, type Reading } from "../formats/checks.ts";
import type { Format } from "../formats/format.ts";
import type { SignatureParts } from "../formats/writer.ts";
import { engineLimits } from "./limits.ts";
import { collect } from "./collect.ts";
import { uploadOne, type PendingUpload, type PendingUploadResult, type UploadServices, type Waiting } from "./upload-one.ts";
import { Recording, type RecordSettings } from "./recording.ts";
import { resolve, resolveAll } from "./resolve.ts";

export interface UploadPendingOptions extends RecordSettings {
  readonly formats: readonly Format[];
  /** Opens the services; called when the first pending signature is found. */
  readonly services: () => Promise<UploadServices>;
  readonly at: Instant;
  /** Covers every image of an index. */
  readonly recursive: boolean;
  readonly signal: AbortSignal;
}

export interface UploadedImage {
  readonly reference: string;
  readonly repository: string;
  readonly digest: Digest;
  /** One result for each pending signature. */
  readonly uploads: readonly PendingUploadResult[];
  /** The locations that could not be read; they may hold more pending signatures. */
  readonly unread: readonly UnreadLocation[];
}

/** Returns one entry per image, the index first. A signature that cannot be logged now is reported and stays pending. Throws what `services` does. */
export async function uploadPending(
  repository: Repository,
  reference: Reference,
  options: UploadPendingOptions,
): Promise<readonly UploadedImage[]> {
  const root = await resolve(repository, reference, options.signal);
  const subjects = options.recursive ? await resolveAll(repository, root, options.signal) : [root];
  const recording = new Recording(options);
  const uploaded = await mapBounded(subjects, engineLimits.concurrentImages, (subject) => uploadForImage(repository, subject, options));
  for (const { digest, uploads } of uploaded) {
    for (const upload of uploads) {
      if (upload.state === "flushed" && !upload.already) {
        const { by, manifest } = upload;
        recording.keep({ kind: "uploaded", at: options.at, repository: repository.name, subject: digest, manifest, by });
      }
    }
  }
  return recording.result(uploaded);
}

async function uploadForImage(repository: Repository, subject: ImageSubject, options: UploadPendingOptions): Promise<UploadedImage> {
  const { signal } = options;
  const { formats } = options;
  const { evidence, unread } = await collect(repository, subject, { formats, wants: { kinds: ["signature"] }, signal });
  const found = await Promise.all(evidence.map((one) => waitingIn(one, formats)));
  const waiting = found.filter((one) => one !== undefined);
  const services = waiting.length > 0 ? await options.services() : undefined;
  const uploads = services
    ? await mapBounded(waiting, engineLimits.concurrentImages, (one) =>
        uploadOne(one, { ...options, ...services, repository, subject, evidence }),
      )
    : [];
  const { reference, digest } = subject;
  return { reference, repository: repository.name, digest, uploads, unread };
}

async function waitingIn(evidence: Evidence, formats: readonly Format[]): Promise<Waiting | undefined> {
  const { manifest, isPending } = evidence;
  const format = formats.find(({ name }) => name === evidence.format);
  if (!format || isPending !== true || manifest === undefined) return undefined;
  return { evidence, manifest, format, upload: uploadIn(await format.material(evidence)) };
}

function uploadIn(read: Reading<SignatureParts>): Reading<PendingUpload> {
  if ("problem" in read) return read;
  const { value: parts } = read;
  return reading(() => {
    const { signature, by, material } = parts.signed;
    const { content } = parts.toSign;
    if (!by || !content) throw malformed("the pending signature has no key that a log can verify it with");
    const verifier = material?.certificate
      ? ({ kind: "certificate", certificate: material.certificate } as const)
      : ({ kind: "key", key: by.publicKey } as const);
    return { parts, by, logged: { signature, content, verifier }, logs: material?.pending ?? [] };
  });
}
