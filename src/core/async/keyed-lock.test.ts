import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyedLock } from "./keyed-lock.ts";

test("work under one key runs in sequence, also after a failure; work under another key does not wait", async () => {
  const lock = new KeyedLock();
  const seen: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const first = lock.run("a", async () => {
    await gate.promise;
    seen.push("first");
    throw new Error("broken");
  });
  const second = lock.run("a", async () => seen.push("second"));
  await lock.run("b", async () => seen.push("other"));
  gate.resolve(undefined);
  await assert.rejects(first, /broken/);
  await second;
  assert.deepEqual(seen, ["other", "first", "second"]);
});
