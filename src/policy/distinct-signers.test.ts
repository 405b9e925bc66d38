/** How many signers count: as many as can be told apart, whatever the order, and never fewer because of further ones. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { authority as authorityOf } from "../../test/fakes/expectation.ts";
import type { Authority } from "./authority.ts";
import { distinctSigners } from "./distinct-signers.ts";

const names = ["a", "b", "c", "d", "e"];
const table = fc.array(fc.uniqueArray(fc.constantFrom(...names)), { maxLength: 6 });

function candidatesOf(rows: readonly (readonly string[])[]): ReadonlyMap<Authority, ReadonlySet<string>> {
  return new Map(rows.map((row, i) => [authorityOf({ name: `${i}` }), new Set(row)]));
}

/** By trying everything. */
function mostOf([row, ...rows]: readonly (readonly string[])[], taken: ReadonlySet<string> = new Set()): number {
  if (!row) return 0;
  const served = row.filter((name) => !taken.has(name)).map((name) => 1 + mostOf(rows, new Set([...taken, name])));
  return Math.max(mostOf(rows, taken), ...served);
}

describe("signers that count for one authority each", () => {
  it("are as many as possible", () => {
    fc.assert(fc.property(table, (rows) => assert.equal(distinctSigners(candidatesOf(rows)).size, mostOf(rows))));
  });

  it("are different ones, each of its authority", () => {
    fc.assert(
      fc.property(table, (rows) => {
        const candidates = candidatesOf(rows);
        const served = distinctSigners(candidates);
        assert.equal(new Set(served.values()).size, served.size);
        for (const [authority, name] of served) assert.ok(candidates.get(authority)?.has(name));
      }),
    );
  });

  it("are no fewer if there are more signers or authorities, or in another order", () => {
    fc.assert(
      fc.property(table, table, (rows, more) => {
        const { size } = distinctSigners(candidatesOf(rows));
        assert.equal(distinctSigners(candidatesOf(rows.toReversed().map((row) => row.toReversed()))).size, size);
        assert.ok(distinctSigners(candidatesOf([...rows, ...more])).size >= size);
        assert.ok(distinctSigners(candidatesOf(rows.map((row, i) => [...row, ...(more[i] ?? [])]))).size >= size);
      }),
    );
  });

  it("are found at once among many", () => {
    const rows = Array.from({ length: 256 }, () => Array.from({ length: 1000 }, (_, i) => `${i}`));
    assert.equal(distinctSigners(candidatesOf(rows)).size, 256);
    const few = Array.from({ length: 256 }, () => Array.from({ length: 200 }, (_, i) => `${i}`));
    assert.equal(distinctSigners(candidatesOf(few)).size, 200);
  });
});
