import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mapBounded } from "./map-bounded.ts";

describe("concurrent work", () => {
  it("keeps the order and the bound", async () => {
    let under = 0;
    let most = 0;
    const doubled = await mapBounded([1, 2, 3, 4, 5, 6, 7], 3, async (n) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under--;
      return n * 2;
    });
    assert.deepEqual(doubled, [2, 4, 6, 8, 10, 12, 14]);
    assert.equal(most, 3);
  });

  it("starts nothing more after a failure", async () => {
    const begun: number[] = [];
    const work = async (n: number): Promise<void> => {
      begun.push(n);
      await new Promise((resolve) => setImmediate(resolve));
      if (n === 1) throw new Error("one");
    };
    await assert.rejects(mapBounded([1, 2, 3, 4, 5, 6], 2, work), /one/);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, [1, 2]);
  });
});
