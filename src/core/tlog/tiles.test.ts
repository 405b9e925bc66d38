import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { tileOf } from "../../../test/fakes/rekor-v2.ts";
import { encodeUtf8 } from "../bytes.ts";
import { pathTo } from "./merkle-reference.test.ts";
import { Tiles, type FetchTile } from "./tiles.ts";

const leaves = Array.from({ length: 1100 }, (_, i) => encodeUtf8(`leaf ${i}`));
const fetchFrom = (size: number): FetchTile => {
  const tree = leaves.slice(0, size);
  return async (path) => {
    const { body } = tileOf(`/${path}`, tree);
    return body === undefined ? undefined : Buffer.from(body);
  };
};

suite("the tiles of a log", () => {
  test("contain each entry, and its inclusion path to the root", async () => {
    const inTree = fc
      .integer({ min: 1, max: leaves.length })
      .chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));
    await fc.assert(
      fc.asyncProperty(inTree, async ([size, index]) => {
        const tiles = new Tiles(size, fetchFrom(size));
        assert.deepEqual(Buffer.from(await tiles.entry(index)), leaves[index]);
        assert.deepEqual((await tiles.path(index)).map(Buffer.from), pathTo(index, leaves.slice(0, size)).map(Buffer.from));
      }),
      { numRuns: 30 },
    );
  });

  test("have the names of the specification, and are fetched once each", async () => {
    const asked: string[] = [];
    const size = 1_234_067 * 256 + 70;
    const tiles = new Tiles(size, async (path) => {
      asked.push(path);
      return new Uint8Array(256 * 32);
    });
    await tiles.entry(size - 1);
    await tiles.entry(0);
    await tiles.path(size - 1);
    assert.deepEqual(asked.slice(0, 3), ["tile/entries/x001/x234/067.p/70", "tile/entries/000", "tile/0/x001/x234/067.p/70"]);
    assert.equal(new Set(asked).size, asked.length);
    assert.ok(asked.length < 12, asked.join(" "));
  });

  test("a full tile replaces a partial one that is missing", async () => {
    const full = fetchFrom(1024);
    const tiles = new Tiles(1000, async (path) => (path.includes(".p/") ? undefined : full(path.replace("tile/1/000", "tile/1/000.p/4"))));
    assert.deepEqual(Buffer.from(await tiles.entry(999)), leaves[999]);
    assert.deepEqual((await tiles.path(999)).map(Buffer.from), pathTo(999, leaves.slice(0, 1000)).map(Buffer.from));
  });

  test("are refused if truncated", async () => {
    const short = new Tiles(10, async () => new Uint8Array(9 * 32));
    await assert.rejects(short.path(3), /has 288 bytes, expected 320/);
    await assert.rejects(new Tiles(10, async () => Uint8Array.of(0)).entry(3), /cut short/);
    await assert.rejects(new Tiles(10, async () => undefined).path(3), /has no tile\/0\/000/);
  });
});
