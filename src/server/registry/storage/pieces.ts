/** Groups a body's chunks into pieces for one write each. */

export interface Piece {
  readonly chunks: readonly Uint8Array[];
  /** Bytes of all chunks. */
  readonly size: number;
}

/** Bytes that Node reads from a connection at once. A smaller chunk means that nothing more had arrived yet. */
const fullChunk = 64 * 1024;

/** The memory for chunks that are gathered, of all bodies together. */
export interface PieceMemory {
  /** Past so many, chunks are not gathered but written one by one. */
  readonly bytes: number;
  held: number;
}

/** Consecutive full chunks form one piece. No chunk waits behind a smaller one, so that little is lost if the body fails. A piece ends at so many bytes. */
export async function* piecesOf(body: AsyncIterable<Uint8Array>, pieceBytes: number, memory: PieceMemory): AsyncGenerator<Piece> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      memory.held += chunk.length;
      if (chunk.length === fullChunk && size < pieceBytes && memory.held < memory.bytes) continue;
      yield { chunks, size };
      memory.held -= size;
      chunks = [];
      size = 0;
    }
    if (size > 0) yield { chunks, size };
  } finally {
    memory.held -= size;
  }
}
