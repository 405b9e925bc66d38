/** Merkle trees and proofs by the definitions of RFC 6962, sections 2.1 to 2.1.2. */
import { createHash } from "node:crypto";
import { leafHash, nodeHash } from "./merkle.ts";

/** The tree's root hash. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (!first) return createHash("sha256").digest();
  if (leaves.length === 1) return leafHash(first);
  const k = split(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/** The inclusion path of leaf `m`, lowest hash first. */
export function pathTo(m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...pathTo(m, left), rootOf(right)] : [...pathTo(m - k, right), rootOf(left)];
}

/** The consistency proof from the tree of the first `m` leaves to this one. */
export function pathFrom(m: number, leaves: readonly Uint8Array[], whole = true): readonly Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [rootOf(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k ? [...pathFrom(m, left, whole), rootOf(right)] : [...pathFrom(m - k, right, false), rootOf(left)];
}

const split = (n: number) => 2 ** Math.floor(Math.log2(n - 1));
