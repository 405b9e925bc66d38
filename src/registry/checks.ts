/** What every repository checks, wherever it lies. */
import { isDigest, matchesDigest, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import { isTag } from "../core/oci/reference.ts";
import { printableText } from "../core/printable.ts";

/** A tag or a digest, and so safe to build a path from; throws INVALID_REFERENCE. */
export function checkedTarget(target: string): string {
  if (isDigest(target) || isTag(target)) return target;
  throw new TouchmarkError("INVALID_REFERENCE", `${JSON.stringify(printableText(target, 100))} is neither a tag nor a digest`);
}

/** The bytes, if they have the digest; throws DIGEST_MISMATCH. */
export function checkedBytes(bytes: Uint8Array, digest: Digest, name: string): Uint8Array {
  if (matchesDigest(bytes, digest)) return bytes;
  throw mismatch(name, digest, `${bytes.length} bytes of another digest`);
}

export function mismatch(name: string, digest: Digest, found: string): TouchmarkError {
  return new TouchmarkError("DIGEST_MISMATCH", `${name} was asked for ${digest} and gave ${found}`);
}

/** The error for a blob that nobody has. */
export function noBlob(name: string, digest: Digest): TouchmarkError {
  return new TouchmarkError("NO_SUCH_IMAGE", `${name} has no blob ${digest}`, {
    hint: "The image is not whole there: push it again, or take it from where it came from.",
  });
}

/** Throws LIMIT_EXCEEDED for a blob that nobody needs to look at. */
export function checkSize({ digest, size }: Descriptor, maxBytes: number, name: string): void {
  if (size <= maxBytes) return;
  throw new TouchmarkError("LIMIT_EXCEEDED", `blob ${digest} in ${name} has ${size} bytes, over the limit of ${maxBytes}`);
}
