/** Checks that every repository makes, whatever its storage. */
import { count } from "../core/count.ts";
import { isDigest, matchesDigest, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import { isTag } from "../core/oci/reference.ts";
import { printableText } from "../core/printable.ts";

/** Checks for a tag or digest, which is safe in a path; throws INVALID_REFERENCE. */
export function checkedTarget(target: string): string {
  if (isDigest(target) || isTag(target)) return target;
  throw new TouchmarkError("INVALID_REFERENCE", `${JSON.stringify(printableText(target, 100))} is neither a tag nor a digest`);
}

/** Returns the bytes if they have the digest; throws DIGEST_MISMATCH. */
export function checkedBytes(bytes: Uint8Array, digest: Digest, name: string): Uint8Array {
  if (matchesDigest(bytes, digest)) return bytes;
  throw mismatch(name, digest, `${count(bytes.length, "byte")} of another digest`);
}

export function mismatch(name: string, digest: Digest, found: string): TouchmarkError {
  return new TouchmarkError("DIGEST_MISMATCH", `${name} was asked for ${digest} and gave ${found}`);
}

/** Returns the error for a blob that is not found. */
export function noBlob(name: string, digest: Digest): TouchmarkError {
  return new TouchmarkError("NO_SUCH_IMAGE", `${name} has no blob ${digest}`, {
    hint: "The image is not whole there: push it again, or take it from where it came from.",
  });
}

/** Throws LIMIT_EXCEEDED for a blob that is too large. */
export function checkSize({ digest, size }: Descriptor, maxBytes: number, name: string): void {
  if (size <= maxBytes) return;
  throw new TouchmarkError("LIMIT_EXCEEDED", `blob ${digest} in ${name} has ${size} bytes, over the limit of ${maxBytes}`);
}
