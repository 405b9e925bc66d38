/**
 * The buffers for sending files. Each response takes two and returns them, so that serving files allocates little. With
 * many concurrent clients, later ones get smaller buffers, so that memory stays bounded.
 */

import { serverLimits, type ServerLimits } from "../limits.ts";

interface Tier {
  /** Bytes of a buffer. */
  readonly size: number;
  /** Buffers of this size in use at a time. */
  readonly most: number;
  /** Unused buffers to keep. */
  readonly kept: number;
  made: number;
  readonly free: Buffer[];
}

/**
 * Largest first. Whenever the connection is full, the process sleeps and is woken again, so a single client costs least with
 * 4 MiB. With many clients, each wake-up has work of several, and 1 MiB costs no more.
 */
function tiersOf({ largeFileBuffers, fileBuffers }: FileBufferLimits): readonly Tier[] {
  return [
    { size: 4 * 2 ** 20, most: largeFileBuffers, kept: 2, made: 0, free: [] },
    { size: 2 ** 20, most: fileBuffers, kept: 16, made: 0, free: [] },
  ];
}

type FileBufferLimits = Pick<ServerLimits, "largeFileBuffers" | "fileBuffers">;

/** Bytes of a buffer for small parts, and for all parts while every larger buffer is in use. */
const smallest = 64 * 1024;

export class FileBuffers {
  readonly #tiers: readonly Tier[];

  constructor(limits: FileBufferLimits = serverLimits) {
    this.#tiers = tiersOf(limits);
  }

  /** Returns a buffer for a part of so many bytes; it may be smaller or larger. */
  take(bytes: number): Buffer {
    if (bytes <= smallest) return Buffer.allocUnsafe(bytes);
    for (const [i, tier] of this.#tiers.entries()) {
      if (bytes <= (this.#tiers[i + 1]?.size ?? 0)) continue; // a smaller one is large enough
      const free = tier.free.pop();
      if (free) return free;
      if (tier.made === tier.most) continue;
      tier.made++;
      return Buffer.allocUnsafeSlow(tier.size);
    }
    return Buffer.allocUnsafe(smallest);
  }

  /** Takes back a buffer that is no longer in use. */
  give(buffer: Buffer): void {
    const tier = this.#tierOf(buffer);
    if (tier && tier.free.length < tier.kept) tier.free.push(buffer);
    else this.lose(buffer);
  }

  /** Drops a buffer that may still be in use after a failure: it is never reused. */
  lose(buffer: Buffer): void {
    const tier = this.#tierOf(buffer);
    if (tier) tier.made--;
  }

  #tierOf({ length }: Buffer): Tier | undefined {
    return this.#tiers.find(({ size }) => size === length);
  }
}
