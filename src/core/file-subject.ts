/** A file that is signed and decided about: by a digest, and by its bytes where they are held. */
import { createHash } from "node:crypto";
import { concat } from "./bytes.ts";
import type { FileDigest } from "./digest.ts";
import type { HashAlgorithm } from "./keys/hash.ts";
import type { Content } from "./subject.ts";

export interface FileSubject extends Content {
  /** As it was asked for: its path, `-`, or its digest. */
  readonly reference: string;
  /** In bytes; absent where only the digest is at hand. */
  readonly size?: number;
  /** As whoever speaks of the file says; a file itself has none. */
  readonly mediaType?: string;
}

/** How a file has to be read to be signed, or verified. */
export interface FileReading {
  readonly algorithm: HashAlgorithm;
  /** Bytes of a file that is held whole. Of a larger one only digest and size are known. */
  readonly maxBytes: number;
}

/** Bytes of a file that signers get whole. */
export const maxWholeBytes: number = 512 * 1024 * 1024;

/** For a signature over the file itself. */
export const wholeFile: FileReading = { algorithm: "sha256", maxBytes: maxWholeBytes };

/** Reads a file to its end, of any size, and holds no more of it than the reading says. */
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
  return { reference, digest, size, ...(size <= maxBytes && { bytes: concat(held) }) };
}
