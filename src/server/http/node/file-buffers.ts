/**
 * The buffers through which files go out. Each response takes two and gives them back, so that serving files allocates little. When
 * many clients read at once, later ones get smaller buffers: memory stays bounded however many there are.
 */

interface TierSettings {
  /** Bytes of a buffer. */
  readonly size: number;
  /** Buffers of this size at a time. */
  readonly most: number;
  /** Buffers that are kept while nobody needs them. */
  readonly kept: number;
}

/**
 * Largest first. Every time the connection is full the process sleeps and is woken again, so one client alone costs least with
 * 4 MiB. Many clients find each other's work when they are woken, and 1 MiB costs them no more.
 */
const tiers: readonly TierSettings[] = [
  { size: 4 * 2 ** 20, most: 8, kept: 2 },
  { size: 2 ** 20, most: 56, kept: 16 },
];

interface Tier extends TierSettings {
  made: number;
  readonly free: Buffer[];
}

/** Bytes of a buffer for small parts, and for all parts while every larger buffer is in use. */
const smallest = 64 * 1024;

export class FileBuffers {
  readonly #tiers: readonly Tier[] = tiers.map((tier) => ({ ...tier, made: 0, free: [] }));

  /** A buffer for a part of so many bytes, which may be smaller or larger than that. */
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

  /** Takes a buffer back that nobody reads or writes any more. */
  give(buffer: Buffer): void {
    const tier = this.#tierOf(buffer);
    if (tier && tier.free.length < tier.kept) tier.free.push(buffer);
    else this.lose(buffer);
  }

  /** Takes note of a buffer that somebody may still use, after something has gone wrong: it is never used again. */
  lose(buffer: Buffer): void {
    const tier = this.#tierOf(buffer);
    if (tier) tier.made--;
  }

  #tierOf({ length }: Buffer): Tier | undefined {
    return this.#tiers.find(({ size }) => size === length);
  }
}
