import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8, toHex } from "../bytes.ts";
import { pathFrom, pathTo, rootOf } from "./merkle-reference.test.ts";
import { isConsistent, isIncluded, leafHash, nodeHash } from "./merkle.ts";

const leavesOf = (n: number) => Array.from({ length: n }, (_, i) => encodeUtf8(`leaf ${i}`));
const treeOf = (n: number) => ({ size: n, rootHash: rootOf(leavesOf(n)) });
const flip = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
/** A path with one hash changed, cut, doubled, or one too many. */
const spoilt = (path: readonly Uint8Array[], i: number) => [
  path.map((hash, j) => (j === i ? flip(hash) : hash)),
  path.toSpliced(i, 1),
  path.toSpliced(i, 0, path[i] ?? flip(leafHash(new Uint8Array()))),
  [...path, leafHash(new Uint8Array())],
];

suite("Merkle trees", () => {
  test("hashes are those of the Certificate Transparency test vectors", () => {
    assert.equal(toHex(leafHash(new Uint8Array())), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    const inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    assert.equal(
      toHex(rootOf(inputs.map((hex) => Buffer.from(hex, "hex")))),
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    );
  });

  test("every leaf of every small tree is included at its own index only", () => {
    for (let n = 1; n <= 24; n++) {
      const [leaves, tree] = [leavesOf(n), treeOf(n)];
      for (const [i, leaf] of leaves.entries()) {
        const path = pathTo(i, leaves);
        assert.ok(isIncluded(leafHash(leaf), i, path, tree), `${i} of ${n}`);
        assert.ok(!isIncluded(leafHash(leaf), (i + 1) % n, path, tree) || n === 1, `${i} of ${n} as the next`);
        assert.ok(!isIncluded(leafHash(leaf), i + n, path, tree));
      }
    }
  });

  test("every small tree is consistent with every larger one", () => {
    for (let n = 1; n <= 20; n++) {
      for (let m = 1; m <= n; m++) assert.ok(isConsistent(treeOf(m), treeOf(n), pathFrom(m, leavesOf(n))), `${m} of ${n}`);
    }
    assert.ok(isConsistent(treeOf(0), treeOf(5), []));
  });

  const sizes = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.nat(), fc.nat());

  test("an altered inclusion proof fails", () => {
    fc.assert(
      fc.property(sizes, ([n, a, b]) => {
        const [leaves, tree, i] = [leavesOf(n), treeOf(n), a % n];
        const path = pathTo(i, leaves);
        const leaf = leafHash(leaves[i] ?? new Uint8Array());
        for (const bad of spoilt(path, b % path.length)) assert.ok(!isIncluded(leaf, i, bad, tree));
        assert.ok(!isIncluded(flip(leaf), i, path, tree));
        assert.ok(!isIncluded(leaf, i, path, { ...tree, rootHash: flip(tree.rootHash) }));
        assert.ok(!isIncluded(leaf, i, path, { ...tree, size: 0 }));
      }),
    );
  });

  test("an altered consistency proof fails", () => {
    fc.assert(
      fc.property(sizes, ([n, a, b]) => {
        const m = 1 + (a % (n - 1));
        const [older, newer, path] = [treeOf(m), treeOf(n), pathFrom(m, leavesOf(n))];
        for (const bad of spoilt(path, b % path.length)) assert.ok(!isConsistent(older, newer, bad));
        assert.ok(!isConsistent({ ...older, rootHash: flip(older.rootHash) }, newer, path));
        assert.ok(!isConsistent(older, { ...newer, rootHash: flip(newer.rootHash) }, path));
        assert.ok(!isConsistent(newer, older, path));
        assert.ok(!isConsistent(newer, { ...newer, rootHash: older.rootHash }, []));
      }),
    );
  });

  test("indexes above 32 bits work the same", () => {
    const leaf = leafHash(encodeUtf8("far"));
    const index = 2 ** 40 + 1;
    // The last leaf of a tree of 2^40 + 2: its sibling, then the full tree of 2^40 to its left.
    const [sibling, left] = [leafHash(encodeUtf8("near")), leafHash(encodeUtf8("all before"))];
    const tree = { size: index + 1, rootHash: nodeHash(left, nodeHash(sibling, leaf)) };
    assert.ok(isIncluded(leaf, index, [sibling, left], tree));
    assert.ok(!isIncluded(leaf, 1, [sibling, left], tree));
  });
});
