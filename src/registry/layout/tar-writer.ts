/** Writes tar archives: a header before each file, zeros behind it up to a whole block, two blocks of zeros at the end. */
import { blockSize, encodeHeader, padding } from "./tar.ts";

export interface TarFile<Content = Uint8Array> {
  readonly path: string;
  readonly content: Content;
}

/** A file whose bytes come from elsewhere; there must be `size` of them. */
export interface StreamedTarFile extends TarFile<AsyncIterable<Uint8Array>> {
  /** Bytes. */
  readonly size: number;
}

/** The archive's bytes, in pieces; the same for the same files. */
export function* encodeTar(files: Iterable<TarFile>): Generator<Uint8Array, void> {
  for (const { path, content } of files) {
    yield encodeHeader(path, content.length);
    yield content;
    yield padding(content.length);
  }
  yield end();
}

/** The same of files that are read while the archive is written. */
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
