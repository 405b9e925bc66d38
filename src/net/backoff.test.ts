import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, retryAfter } from "./backoff.ts";
import { netLimits } from "./limits.ts";

test("a delay doubles and stays under the bound", () => {
  for (let failures = 1; failures < 100; failures++) {
    const whole = Math.min(500 * 2 ** (failures - 1), netLimits.retryDelay);
    const delay = backoff(failures);
    assert.ok(delay >= whole / 2 && delay <= whole, `${delay} after ${failures}`);
  }
});

test("Retry-After is read as seconds or as a date", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  assert.equal(retryAfter("0", now), 0);
  assert.equal(retryAfter("120", now), 120_000);
  assert.equal(retryAfter("Sat, 21 Nov 2026 10:00:05 GMT", now), 5000);
  assert.equal(retryAfter("Sat, 21 Nov 2026 09:00:00 GMT", now), 0, "a date that has passed");
});

test("any other Retry-After gives undefined", () => {
  for (const value of ["", "-1", "1e9", "soon", "2026-11-21T10:00:05Z", "99999999999999999999"])
    assert.equal(retryAfter(value, 0), undefined, value);
});
