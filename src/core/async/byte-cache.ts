/** A least-recently-used cache of bytes by name. */

export class ByteCache {
  readonly #entries = new Map<string, Uint8Array>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** `maxBytes` bounds the size of all entries together; 0 caches nothing. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(name: string): Uint8Array | undefined {
    const bytes = this.#entries.get(name);
    if (bytes === undefined) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, bytes);
    return bytes;
  }

  /** An entry larger than an eighth of `maxBytes` is not cached, since it would displace all others. */
  set(name: string, bytes: Uint8Array): void {
    if (bytes.length > this.#maxBytes / 8 || this.#entries.has(name)) return;
    this.#entries.set(name, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= length;
    }
  }
}
