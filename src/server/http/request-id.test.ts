import assert from "node:assert/strict";
import { test } from "node:test";
import { requestIdOf } from "./request-id.ts";

test("a client's request id is accepted only if it is short and has safe characters", () => {
  const fresh = (): string => "fresh";
  for (const id of ["a", "7f1c-2.x_y:z", "a".repeat(128)]) assert.equal(requestIdOf(id, fresh), id);
  for (const id of [undefined, "", "a".repeat(129), "a b", 'a"', "a\nb", "-a", "ä", "a, b"])
    assert.equal(requestIdOf(id, fresh), "fresh", String(id));
});
