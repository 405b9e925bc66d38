/**
 * The buffers through which files go out. Each response takes two and gives them back, so that serving a file allocates nothing.
 * When many clients read at once, later ones get smaller buffers: memory stays bounded however many there are.
 */

/** Bytes of a buffer: few system calls for a large file. */
const largeBuffer = 1024 * 1024;
/** Bytes of a buffer while all large ones are in use. */
const smallBuffer = 64 * 1024;
const maxLarge = 64;
/** Large buffers that are kept while nobody needs them. */
const maxFree = 16;

export class FileBuffers {
  readonly #free: Buffer[] = [];
  #large = 0;

  /** A buffer for a part of so many bytes. */
  take(bytes: number): Buffer {
    if (bytes <= smallBuffer) return Buffer.allocUnsafe(bytes);
    const free = this.#free.pop();
    if (free) return free;
    if (this.#large >= maxLarge) return Buffer.allocUnsafeSlow(smallBuffer);
    this.#large++;
    return Buffer.allocUnsafeSlow(largeBuffer);
  }

  /** Takes a buffer back that nobody reads or writes any more. */
  give(buffer: Buffer): void {
    if (buffer.length !== largeBuffer) return;
    if (this.#free.length < maxFree) this.#free.push(buffer);
    else this.#large--;
  }

  /** Takes note of a buffer that somebody may still use, after something has gone wrong: it is never used again. */
  lose(buffer: Buffer): void {
    if (buffer.length === largeBuffer) this.#large--;
  }
}
