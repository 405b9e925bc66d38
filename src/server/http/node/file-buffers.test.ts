import assert from "node:assert/strict";
import { test } from "node:test";
import { FileBuffers } from "./file-buffers.ts";

const MiB = 2 ** 20;
const take = (buffers: FileBuffers, count: number, bytes: number): readonly Buffer[] =>
  Array.from({ length: count }, () => buffers.take(bytes));

test("a buffer is as large as its part needs, and is reused", () => {
  const buffers = new FileBuffers();
  for (const [bytes, length] of [
    [10, 10],
    [64 * 1024, 64 * 1024],
    [64 * 1024 + 1, MiB],
    [MiB, MiB],
    [MiB + 1, 4 * MiB],
    [100 * MiB, 4 * MiB],
  ] as const) {
    assert.equal(buffers.take(bytes).length, length, String(bytes));
  }
  const used = buffers.take(100 * MiB);
  buffers.give(used);
  assert.equal(buffers.take(100 * MiB), used);
});

test("the memory for many clients is bounded", () => {
  const buffers = new FileBuffers();
  const taken = take(buffers, 100, 100 * MiB);
  const large = taken.filter(({ length }) => length > 64 * 1024);
  assert.equal(
    large.reduce((sum, { length }) => sum + length, 0),
    88 * MiB,
  );
  for (const buffer of large) buffers.give(buffer);
  assert.equal(take(buffers, 100, 100 * MiB).filter(({ length }) => length > 64 * 1024).length, large.length);
});

test("a buffer that may still be in use is not reused, and another takes its place", () => {
  const buffers = new FileBuffers();
  const taken = take(buffers, 8, 100 * MiB);
  assert.equal(buffers.take(100 * MiB).length, MiB);
  for (const buffer of taken) buffers.lose(buffer);
  const next = take(buffers, 8, 100 * MiB);
  assert.ok(next.every((buffer) => buffer.length === 4 * MiB && !taken.includes(buffer)));
});
