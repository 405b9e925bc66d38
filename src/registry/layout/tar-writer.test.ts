import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { concat, encodeUtf8, gather, streamOf } from "../../core/bytes.ts";
import { encodeTar, streamTar } from "./tar-writer.ts";

const files = [
  { path: "hello.txt", content: encodeUtf8("hello") },
  { path: "empty", content: new Uint8Array() },
  { path: `blobs/sha512/${"a".repeat(128)}`, content: new Uint8Array(512) },
];

test("an archive is the same from files in memory and from files read while it is written", async () => {
  const bytes = concat([...encodeTar(files)]);
  const streamed = files.map(({ path, content }) => ({ path, size: content.length, content: streamOf(content) }));
  assert.deepEqual(await gather(streamTar(streamed)), bytes);
  assert.equal(bytes.length % 512, 0);
});

const hasTar = process.platform !== "win32" && spawnSync("tar", ["--version"]).status === 0;

test("an archive can be extracted by the program tar", { skip: !hasTar && "there is no tar" }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-tar-"));
  const path = join(folder.path, "archive.tar");
  await writeFile(path, [...encodeTar(files)]);
  execFileSync("tar", ["-xf", path, "-C", folder.path]);
  for (const file of files) assert.deepEqual(await readFile(join(folder.path, file.path)), Buffer.from(file.content));
});
