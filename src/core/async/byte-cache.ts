/** A least-recently-used cache of content by name. */

export class ByteCache<T extends { readonly bytes: Uint8Array }> {
  readonly #entries = new Map<string, T>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** `maxBytes` bounds the size of all entries together; 0 caches nothing. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(name: string): T | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry;
  }

  /** An entry larger than an eighth of `maxBytes` is not cached, since it would displace all others. */
  set(name: string, entry: T): void {
    if (entry.bytes.length > this.#maxBytes / 8 || this.#entries.has(name)) return;
    this.#entries.set(name, entry);
    this.#bytes += entry.bytes.length;
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }
}
