import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRange, resolveRange } from "./range.ts";

test("a range within ten bytes is resolved, or is unsatisfiable", () => {
  for (const [header, start, end] of [
    ["bytes=2-4", 2, 4],
    ["bytes=7-", 7, 9],
    ["bytes=-2", 8, 9],
    ["bytes=8-99", 8, 9],
    ["bytes=-99", 0, 9],
  ] as const) {
    const range = parseRange(header);
    assert.deepEqual(range && resolveRange(range, 10), { start, end }, header);
  }
  for (const header of ["bytes=10-", "bytes=-0", `bytes=${"9".repeat(400)}-`]) {
    const range = parseRange(header);
    assert.ok(range, header);
    assert.equal(resolveRange(range, 10), undefined, header);
  }
  assert.equal(resolveRange({ last: 5 }, 0), undefined);
});

test("a header that is not a single byte range is ignored", () => {
  for (const header of [undefined, "", "bytes=4-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=x"]) {
    assert.equal(parseRange(header), undefined, String(header));
  }
});
