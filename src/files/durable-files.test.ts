/** Folders are made with their parents, or the call fails: it always ends. */
import assert from "node:assert/strict";
import { mkdtempDisposable, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { makeFolder } from "./durable-files.ts";

describe("a folder", () => {
  it("is made with its parents, once or by several at the same time, each for this user only", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-folders-"));
    const path = join(folder.path, "a", "b", "c");
    await Promise.all([makeFolder(path, 0o700), makeFolder(path, 0o700), makeFolder(join(folder.path, "a", "d"), 0o700)]);
    await makeFolder(path);
    for (const name of ["a", "a/b", "a/b/c", "a/d"]) {
      const made = await stat(join(folder.path, name));
      assert.ok(made.isDirectory());
      if (process.platform !== "win32") assert.equal(made.mode & 0o777, 0o700);
    }
  });

  it("is not made where a file or a link to nothing is in the way", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-folders-"));
    await writeFile(join(folder.path, "file"), "");
    await symlink(join(folder.path, "nowhere"), join(folder.path, "link"));
    for (const name of ["file", "file/a/b", "link", "link/a"]) await assert.rejects(makeFolder(join(folder.path, name)), Error);
  });

  it(
    "is not made in a file system that has no such folders, and the call ends",
    { skip: process.platform !== "linux" && "/proc is Linux's" },
    async () => {
      await assert.rejects(makeFolder("/proc/touchmark/a/b"), { code: "ENOENT" });
    },
  );
});
