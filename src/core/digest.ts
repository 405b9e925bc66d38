/** Content digests in OCI notation: `sha256:HEX` or `sha512:HEX` (OCI image specification, descriptor.md). */
import { createHash } from "node:crypto";
import { malformed } from "./errors.ts";
import type { HashAlgorithm } from "./keys/hash.ts";

export type DigestAlgorithm = "sha256" | "sha512";
export type Digest = `${DigestAlgorithm}:${string}`;

/** A digest of a file, which may also be SHA-384, unknown to OCI. */
export type FileDigest = `${HashAlgorithm}:${string}`;

const grammar = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether the text is a digest in its one valid spelling, and therefore safe in a path. */
export function isDigest(text: string): text is Digest {
  return grammar.test(text);
}

export function parseDigest(text: string, what = "digest"): Digest {
  if (!isDigest(text)) throw malformed(`${what} is not a sha256 or sha512 digest: ${JSON.stringify(text.slice(0, 150))}`);
  return text;
}

/** Like `isDigest`, for files. */
export function isFileDigest(text: string): text is FileDigest {
  return isDigest(text) || /^sha384:[0-9a-f]{96}$/.test(text);
}

export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

export function algorithmOf(digest: Digest): DigestAlgorithm;
export function algorithmOf(digest: FileDigest): HashAlgorithm;
export function algorithmOf(digest: FileDigest): HashAlgorithm {
  if (digest.startsWith("sha512:")) return "sha512";
  return digest.startsWith("sha384:") ? "sha384" : "sha256";
}

/** Returns the hexadecimal part. */
export function hexOf(digest: FileDigest): string {
  return digest.slice(7);
}

/** Whether the bytes have this digest. */
export function matchesDigest(bytes: Uint8Array, digest: Digest): boolean {
  return digestOf(bytes, algorithmOf(digest)) === digest;
}
