/** A body's chunks in pieces that are worth a write each. */

export interface Piece {
  readonly chunks: readonly Uint8Array[];
  /** Bytes of all of them. */
  readonly size: number;
}

/** Bytes that Node reads from a connection at once. A chunk of fewer says that nothing more had come yet. */
const fullChunk = 64 * 1024;

/** Bytes after which a piece is written. */
const fullPiece = 512 * 1024;

/** Full chunks one after the other are one piece. None waits behind a smaller one, so that little is lost of a body that breaks off. */
export async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (chunk.length === fullChunk && size < fullPiece) continue;
    yield { chunks, size };
    chunks = [];
    size = 0;
  }
  if (size > 0) yield { chunks, size };
}
