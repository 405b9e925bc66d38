/** Checks that an envelope's payload names the requested image or file. */
import { algorithmOf, hexOf } from "../../core/digest.ts";
import type { FileSubject } from "../../core/file-subject.ts";
import type { Check } from "../../core/finding.ts";
import { manifestMediaTypes, type Descriptor } from "../../core/oci/manifest.ts";
import { hasDigest } from "../../core/content.ts";
import type { Subject } from "../../core/subject.ts";
import type { NotaryAlgorithm } from "./algorithms.ts";
import { differingPart, type Target } from "./payload.ts";

export function checkTarget(target: Target, subject: Subject, algorithm: NotaryAlgorithm): Check {
  return subject.kind === "file" ? checkFileTarget(target, subject, algorithm) : checkImageTarget(target, subject.descriptor);
}

/** Media type, digest and size must be the image's. */
function checkImageTarget(target: Target, descriptor: Descriptor): Check {
  const other = differingPart(target, descriptor);
  return other === undefined ? passed(target) : mismatch(other, target[other], descriptor[other]);
}

/**
 * Digest and size must be the file's, and the media type too if one is requested; the digest uses the hash of the key's algorithm
 * (signature specification, "Payload").
 */
function checkFileTarget(target: Target, file: FileSubject, { hash, jws }: NotaryAlgorithm): Check {
  const algorithm = algorithmOf(target.digest);
  if (algorithm !== hash) return failed(`for a digest by ${algorithm}, and a key that signs by ${jws} signs files by ${hash}`);
  const isSame = hasDigest(file, algorithm, hexOf(target.digest));
  if (isSame === false) return mismatch("digest", target.digest, file.digest);
  if (file.mediaType === undefined && manifestMediaTypes.includes(target.mediaType))
    return failed(`for an image of type ${JSON.stringify(target.mediaType)}, and a file is verified`);
  const { bytes, size = bytes?.length, mediaType = target.mediaType } = file;
  if (mediaType !== target.mediaType) return mismatch("mediaType", target.mediaType, mediaType);
  if (isSame === undefined || size === undefined) {
    const detail = `for ${target.digest} of ${target.size} bytes: that needs the file itself`;
    return { name: "subject", outcome: "undecided", code: "UNSUPPORTED", detail };
  }
  return size === target.size ? passed(target) : mismatch("size", target.size, size);
}

function passed({ digest }: Target): Check {
  return { name: "subject", outcome: "passed", detail: `for ${digest}` };
}

function mismatch(part: keyof Target, ...values: readonly [signed: string | number, asked: string | number]): Check {
  const [signed, asked] = values.map((value) => JSON.stringify(value).slice(0, 150));
  return failed(`for ${part} ${signed}, not for ${asked}`);
}

function failed(detail: string): Check {
  return { name: "subject", outcome: "failed", code: "SUBJECT_MISMATCH", detail };
}
