/** Blobs to push: all of one size, each with other bytes, made without making each of them. */
import { createHash } from "node:crypto";
import type { Digest } from "../../src/core/digest.ts";

export interface BenchBlob {
  /** What is its own, and what it shares with all others of its size. */
  readonly parts: readonly [Buffer, Buffer];
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** A source of blobs of this many bytes, none like another. */
export function blobSource(size: number): () => BenchBlob {
  const rest = Buffer.alloc(size - 16, "a touchmark is struck into metal ");
  let count = 0;
  return () => {
    const own = Buffer.from(String(count++).padStart(16));
    return { parts: [own, rest], size, digest: `sha256:${createHash("sha256").update(own).update(rest).digest("hex")}` };
  };
}
