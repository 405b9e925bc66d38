/**
 * Merkle trees of logs (RFC 6962, section 2.1), with SHA-256: leaf hashes, inclusion proofs, and consistency proofs.
 * The algorithms are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2.
 *
 *     leaf = SHA-256(0x00 ‖ data)      node = SHA-256(0x01 ‖ left ‖ right)
 */
import { concat, equalBytes } from "../bytes.ts";
import { hash as digest } from "../keys/hash.ts";

export interface MerkleTree {
  /** Number of leaves, from 0 to 2^53-1. */
  readonly size: number;
  readonly rootHash: Uint8Array;
}

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export function leafHash(data: Uint8Array): Uint8Array {
  return digest("sha256", concat([leafPrefix, data]));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return digest("sha256", concat([nodePrefix, left, right]));
}

/** Verifies an inclusion proof: whether the path, lowest hash first, leads from the leaf at this index to the tree's root. */
export function isIncluded(leaf: Uint8Array, index: number, path: readonly Uint8Array[], tree: MerkleTree): boolean {
  if (index >= tree.size) return false;
  let at = index;
  let last = tree.size - 1;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (isRight(at) || at === last) {
      hash = nodeHash(sibling, hash);
      while (at !== 0 && !isRight(at)) [at, last] = [half(at), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equalBytes(hash, tree.rootHash);
}

/** Verifies a consistency proof: whether the newer tree begins with all leaves of the older one. */
export function isConsistent(older: MerkleTree, newer: MerkleTree, path: readonly Uint8Array[]): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return path.length === 0 && equalBytes(older.rootHash, newer.rootHash);
  if (older.size === 0) return path.length === 0;
  let at = older.size - 1;
  let last = newer.size - 1;
  while (isRight(at)) [at, last] = [half(at), half(last)];
  // If the older tree is one full subtree, the proof omits its root.
  const [first, ...rest] = at === 0 ? [older.rootHash, ...path] : path;
  if (!first) return false;
  let oldHash = first;
  let newHash = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isRight(at) || at === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (at !== 0 && !isRight(at)) [at, last] = [half(at), half(last)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equalBytes(oldHash, older.rootHash) && equalBytes(newHash, newer.rootHash);
}

/** Bit shifts are limited to 32 bits; sizes are not. */
function half(index: number): number {
  return Math.floor(index / 2);
}

function isRight(index: number): boolean {
  return index % 2 === 1;
}
