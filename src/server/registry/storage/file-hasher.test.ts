import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryFolder } from "../fixture.test.ts";
import { FileHasher } from "./file-hasher.ts";

const bytes = Buffer.from(Uint32Array.from({ length: 250_000 }, (_, i) => i).buffer);

function hexOf(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

async function hasherAndFile(t: TestContext): Promise<{ readonly hasher: FileHasher; readonly path: string }> {
  const hasher = new FileHasher();
  t.after(() => hasher.close());
  const path = join(await temporaryFolder(t), "file");
  await writeFile(path, bytes);
  return { hasher, path };
}

test("a file is hashed up to the requested size, however it was followed", async (t) => {
  const { hasher, path } = await hasherAndFile(t);
  assert.equal(await hasher.digest(path, 123), hexOf(bytes.subarray(0, 123)));
  for (const size of [0, 1, 700_001, 700_001, 900_000]) hasher.follow(path, size);
  await appendFile(path, bytes);
  assert.equal(await hasher.digest(path, 1_900_000), hexOf(Buffer.concat([bytes, bytes]).subarray(0, 1_900_000)));
});

test("files are followed concurrently", async (t) => {
  const { hasher, path } = await hasherAndFile(t);
  const paths = Array.from({ length: 8 }, (_, i) => `${path}${i}`);
  await Promise.all(paths.map((each, i) => writeFile(each, bytes.subarray(i))));
  for (const size of [300_000, 600_000]) for (const each of paths) hasher.follow(each, size);
  const digests = await Promise.all(paths.map((each, i) => hasher.digest(each, bytes.length - i)));
  assert.deepEqual(
    digests,
    paths.map((_, i) => hexOf(bytes.subarray(i))),
  );
});

test("a file that was followed and dropped is read again", async (t) => {
  const { hasher, path } = await hasherAndFile(t);
  hasher.follow(path, 500_000);
  hasher.forget(path);
  assert.equal(await hasher.digest(path, bytes.length), hexOf(bytes));
  await writeFile(path, "other");
  assert.equal(await hasher.digest(path, 5), hexOf(Buffer.from("other")));
});

test("an unreadable or too short file has no digest, and others still have one", async (t) => {
  const { hasher, path } = await hasherAndFile(t);
  const missing = `${path}-missing`;
  hasher.follow(missing, 10);
  await assert.rejects(hasher.digest(missing, 10), /ENOENT/);
  hasher.follow(path, 500_000);
  await truncate(path, 600_000);
  await assert.rejects(hasher.digest(path, 600_001), /ends at byte 600000, expected 600001/);
  assert.equal(await hasher.digest(path, 600_000), hexOf(bytes.subarray(0, 600_000)));
  hasher.follow(path, 10);
  await rm(path);
  await assert.rejects(hasher.digest(path, 20), /ENOENT/);
});

test("when the thread ends, its requests fail, and the next one starts a new thread", async (t) => {
  const { hasher, path } = await hasherAndFile(t);
  hasher.follow(path, 500_000);
  const asked = assert.rejects(hasher.digest(path, bytes.length), /has ended/);
  await hasher.close();
  await asked;
  hasher.forget(path);
  assert.equal(await hasher.digest(path, bytes.length), hexOf(bytes));
});
