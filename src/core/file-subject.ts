/** A file that is signed and decided about: by its SHA-256, and by its bytes where they are few enough to be held. */
import { createHash } from "node:crypto";
import { concat } from "./bytes.ts";
import type { Digest } from "./digest.ts";
import type { Content } from "./subject.ts";

export interface FileSubject extends Content {
  /** As it was asked for: its path, `-`, or its digest. */
  readonly reference: string;
}

/** Bytes of a file that is held whole. Of a larger one only the digest is known. */
export const maxWholeBytes: number = 512 * 1024 * 1024;

/** Reads a file to its end, of any size, and holds no more of it than `maxBytes`. */
export async function readFileSubject(
  reference: string,
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number = maxWholeBytes,
): Promise<FileSubject> {
  const hash = createHash("sha256");
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    size += chunk.length;
    if (size <= maxBytes) held.push(chunk);
    else held.length = 0;
  }
  const digest: Digest = `sha256:${hash.digest("hex")}`;
  return { reference, digest, ...(size <= maxBytes && { bytes: concat(held) }) };
}
