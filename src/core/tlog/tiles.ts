/**
 * The tiles in which a log publishes its tree (C2SP tlog-tiles):
 *
 *     tile/<L>/<N>[.p/<W>]        up to 256 hashes of 32 bytes: the roots of full subtrees of 256^L leaves
 *     tile/entries/<N>[.p/<W>]    the entries below tile/0/<N>: length:2 (big-endian) entry
 *
 * N counts the tiles of a level and is written as x001/x234/067; W is the number of hashes in a partial tile. A log may delete
 * a partial tile once the full one exists.
 */
import { malformed } from "../errors.ts";
import { nodeHash } from "./merkle.ts";

const width = 256;
const hashBytes = 32;

/** Fetches the bytes of the tile at this path; undefined if there is none. */
export type FetchTile = (path: string) => Promise<Uint8Array | undefined>;

/** Reads a tree of this size from its tiles; each is fetched once. The result is unverified: the caller checks it against the root. */
export class Tiles {
  readonly #size: number;
  readonly #fetch: FetchTile;
  readonly #fetched = new Map<string, Promise<Uint8Array>>();

  constructor(size: number, fetch: FetchTile) {
    this.#size = size;
    this.#fetch = fetch;
  }

  /** The entry at an index within the tree. Throws MALFORMED for a missing or truncated tile. */
  async entry(index: number): Promise<Uint8Array> {
    const tile = await this.#tile("entries", index, this.#size);
    let rest = tile;
    for (let before = index % width; ; before--) {
      const length = (rest[0] ?? 0) * 256 + (rest[1] ?? 0);
      if (rest.length < 2 + length) throw malformed("a tile of entries is cut short");
      if (before === 0) return rest.subarray(2, 2 + length);
      rest = rest.subarray(2 + length);
    }
  }

  /** The inclusion path from the entry to the tree's root, lowest hash first (RFC 6962, section 2.1.1). */
  async path(index: number): Promise<readonly Uint8Array[]> {
    return this.#path(index, 0, this.#size);
  }

  async #path(index: number, first: number, end: number): Promise<readonly Uint8Array[]> {
    if (end - first === 1) return [];
    const middle = split(first, end);
    return index < middle
      ? [...(await this.#path(index, first, middle)), await this.#hash(middle, end)]
      : [...(await this.#path(index, middle, end)), await this.#hash(first, middle)];
  }

  /** The hash of the leaves from `first` to before `end`, a subtree by the splits of section 2.1. */
  async #hash(first: number, end: number): Promise<Uint8Array> {
    const height = Math.log2(end - first);
    if (!Number.isInteger(height)) {
      const middle = split(first, end);
      return nodeHash(await this.#hash(first, middle), await this.#hash(middle, end));
    }
    const level = Math.floor(height / 8);
    const leaves = width ** level;
    const tile = await this.#tile(level, first / leaves, Math.floor(this.#size / leaves));
    const start = (first / leaves) % width;
    return rootOf(tile.subarray(start * hashBytes, (start + (end - first) / leaves) * hashBytes));
  }

  /** The tile with the hash or entry at this index; the tree has `count` of them at this level. */
  async #tile(level: number | "entries", index: number, count: number): Promise<Uint8Array> {
    const number = Math.floor(index / width);
    const held = Math.min(width, count - number * width);
    const path = `tile/${level}/${spelt(number)}`;
    const fetched = this.#fetched.get(path) ?? this.#fetchTile(path, held);
    this.#fetched.set(path, fetched);
    const tile = await fetched;
    if (level === "entries") return tile;
    if (tile.length < held * hashBytes) throw malformed(`${path} has ${tile.length} bytes, expected ${held * hashBytes}`);
    return tile.subarray(0, held * hashBytes);
  }

  async #fetchTile(path: string, held: number): Promise<Uint8Array> {
    const tile = (held < width ? await this.#fetch(`${path}.p/${held}`) : undefined) ?? (await this.#fetch(path));
    if (tile === undefined) throw malformed(`the log has no ${path}`);
    return tile;
  }
}

/** The split of a tree in section 2.1: after the largest power of two that is smaller than it. */
function split(first: number, end: number): number {
  return first + 2 ** (Math.ceil(Math.log2(end - first)) - 1);
}

/** The root of a full subtree, from a power of two of hashes. */
function rootOf(hashes: Uint8Array): Uint8Array {
  if (hashes.length === hashBytes) return hashes;
  const half = hashes.length / 2;
  return nodeHash(rootOf(hashes.subarray(0, half)), rootOf(hashes.subarray(half)));
}

function spelt(number: number): string {
  const last = String(number % 1000).padStart(3, "0");
  return number < 1000 ? last : `${spelt(Math.floor(number / 1000)).replace(/[^/]+$/, "x$&")}/${last}`;
}
