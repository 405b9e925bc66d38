/** A file as a subject: its digest, and its bytes where they are in memory. */
import { createHash } from "node:crypto";
import { concat } from "./bytes.ts";
import type { FileDigest } from "./digest.ts";
import type { HashAlgorithm } from "./keys/hash.ts";
import type { Content } from "./content.ts";

export interface FileSubject extends Content {
  readonly kind: "file";
  /** Its name as given by the user: a path, `-`, or a digest. */
  readonly reference: string;
  /** Size in bytes; absent where only the digest is known. */
  readonly size?: number;
  /** Media type as claimed by the signature; a file itself has none. */
  readonly mediaType?: string;
}

/** How a file must be read for signing or verification. */
export interface FileReading {
  readonly algorithm: HashAlgorithm;
  /** Maximum size of a file that is kept in memory. Of a larger one only digest and size are known. */
  readonly maxBytes: number;
}

/** Maximum bytes of a file that is passed to signers whole. */
export const maxWholeBytes: number = 512 * 1024 * 1024;

/** The reading for a signature over the file itself. */
export const wholeFile: FileReading = { algorithm: "sha256", maxBytes: maxWholeBytes };

/** Reads a file of any size to its end, and keeps no more of it in memory than `reading` says. */
export async function readFileSubject(
  reference: string,
  stream: AsyncIterable<Uint8Array>,
  { algorithm, maxBytes }: FileReading = wholeFile,
): Promise<FileSubject> {
  const hash = createHash(algorithm);
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
    if (size <= maxBytes) held.push(chunk);
    else held.length = 0;
  }
  const digest: FileDigest = `${algorithm}:${hash.digest("hex")}`;
  return { kind: "file", reference, digest, size, ...(size <= maxBytes && { bytes: concat(held) }) };
}
