/** Writes tar archives: a header before each file, zeros up to a whole block after it, two blocks of zeros at the end. */
import { blockSize, encodeHeader, padding } from "./tar.ts";

export interface TarFile<Content = Uint8Array> {
  readonly path: string;
  readonly content: Content;
}

/** A file from another source, of exactly `size` bytes. */
export interface StreamedTarFile extends TarFile<AsyncIterable<Uint8Array>> {
  /** Bytes. */
  readonly size: number;
}

/** Returns the archive's bytes in chunks; deterministic. */
export function* encodeTar(files: Iterable<TarFile>): Generator<Uint8Array, void> {
  for (const { path, content } of files) {
    yield encodeHeader(path, content.length);
    yield content;
    yield padding(content.length);
  }
  yield end();
}

/** The same for files that are read while the archive is written. */
export async function* streamTar(files: Iterable<StreamedTarFile>): AsyncGenerator<Uint8Array, void> {
  for (const { path, size, content } of files) {
    yield encodeHeader(path, size);
    yield* content;
    yield padding(size);
  }
  yield end();
}

function end(): Uint8Array {
  return new Uint8Array(2 * blockSize);
}
