import assert from "node:assert/strict";
import { chmod, mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { encodeUtf8 } from "../core/bytes.ts";
import { failingFiles } from "../../test/fakes/failing-files.ts";
import { TouchmarkError } from "../core/errors.ts";
import { writeAtomically } from "./atomic-write.ts";

const temporary = () => mkdtempDisposable(join(tmpdir(), "touchmark-write-"));
const bytes = encodeUtf8("new");

describe("an atomic write", () => {
  it("creates the file with its mode, and leaves no other file", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    {
      await using write = await writeAtomically({ path, bytes, mode: 0o600 });
      await write.create();
    }
    assert.deepEqual(await readdir(folder.path), ["file"]);
    assert.equal(await readFile(path, "utf8"), "new");
    if (process.platform !== "win32") assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it("keeps the mode of a file that it replaces, narrower or wider than the mode of a new one", async (t) => {
    if (process.platform === "win32") return t.skip("Windows has no modes");
    await using folder = await temporary();
    const path = join(folder.path, "file");
    for (const mode of [0o600, 0o640, 0o666]) {
      await writeFile(path, "old");
      await chmod(path, mode);
      await using write = await writeAtomically({ path, bytes, mode: 0o644, keepsMode: true });
      await write.replace();
      assert.equal((await stat(path)).mode & 0o777, mode);
    }
    return undefined;
  });

  it("leaves nothing if it is not committed", async () => {
    await using folder = await temporary();
    {
      await using write = await writeAtomically({ path: join(folder.path, "file"), bytes, mode: 0o644 });
      assert.equal((await readdir(folder.path)).length, 1);
      assert.ok(write);
    }
    assert.deepEqual(await readdir(folder.path), []);
  });

  it("never replaces a file on create, and replaces one on request", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    await writeFile(path, "old");
    {
      await using write = await writeAtomically({ path, bytes, mode: 0o644 });
      await assert.rejects(write.create(), { code: "FILE_EXISTS", message: `${path} exists already` });
      assert.equal(await readFile(path, "utf8"), "old");
      await write.replace();
    }
    assert.equal(await readFile(path, "utf8"), "new");
    assert.deepEqual(await readdir(folder.path), ["file"]);
  });

  it("accepts pieces, and writes nothing after it is aborted", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    {
      await using write = await writeAtomically({ path, bytes: [encodeUtf8("in "), encodeUtf8("pieces")], mode: 0o644 });
      await write.create();
    }
    assert.equal(await readFile(path, "utf8"), "in pieces");
    const interruption = new AbortController();
    function* pieces(): Generator<Uint8Array, void> {
      yield bytes;
      interruption.abort(new TouchmarkError("INTERRUPTED", "interrupted"));
      yield bytes;
    }
    const written = writeAtomically({ path: join(folder.path, "other"), bytes: pieces(), mode: 0o644, signal: interruption.signal });
    await assert.rejects(written, { code: "INTERRUPTED" });
    assert.deepEqual(await readdir(folder.path), ["file"]);
  });

  it("reports the path that it cannot write", async () => {
    await using folder = await temporary();
    await assert.rejects(writeAtomically({ path: join(folder.path, "no/file"), bytes, mode: 0o644 }), {
      code: "FILE_NOT_FOUND",
      message: /^cannot write .*no\/file: ENOENT$/,
    });
    await mkdir(join(folder.path, "taken"));
    await using write = await writeAtomically({ path: join(folder.path, "taken"), bytes, mode: 0o644 });
    await assert.rejects(write.replace(), { code: /^FILE_/ });
  });

  it("replaces only if the condition still holds", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    await using write = await writeAtomically({ path, bytes });
    assert.equal(await write.replaceIf(() => false), false);
    assert.deepEqual((await readdir(folder.path)).length, 1);
    assert.equal(await write.replaceIf(() => true), true);
    assert.deepEqual(await readdir(folder.path), ["file"]);
  });

  it("syncs the file before the rename, and the folder after", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    for (const finish of ["create", "replace", "replaceIf"] as const) {
      const { files, calls } = failingFiles();
      await using write = await writeAtomically({ path: `${path}-${finish}`, bytes, files });
      await (finish === "replaceIf" ? write.replaceIf(() => true) : write[finish]());
      const name = finish === "create" ? "link" : finish === "replace" ? "rename" : "renameSync";
      const sync = process.platform === "win32" ? [] : ["open", "sync"];
      assert.deepEqual(calls, ["open", "sync", name, ...sync]);
    }
  });
});

const steps = ["open", "sync", "link", "rename", "renameSync", "sync folder"] as const;

/** Each file system call in turn fails, or succeeds and reports failure. */
for (const kind of ["failed", "failed but persisted"] as const) {
  describe(`a write that ${kind}`, { skip: process.platform === "win32" && "folders are not synced" }, () => {
    for (const finish of ["create", "replace", "replaceIf"] as const) {
      for (const step of steps) {
        const own = { create: "link", replace: "rename", replaceIf: "renameSync" }[finish];
        if (["link", "rename", "renameSync"].includes(step) && step !== own) continue;

        it(`${finish}, ${step}: leaves the old file or the new one, whole, and can be repeated`, async () => {
          await using folder = await temporary();
          const path = join(folder.path, "file");
          if (finish !== "create") await writeFile(path, "old");
          const write = async (files = failingFiles().files) => {
            await using written = await writeAtomically({ path, bytes, files });
            await (finish === "replaceIf" ? written.replaceIf(() => true) : written[finish]());
          };
          const isHarmless = finish === "create" && step === "link" && kind === "failed but persisted";
          const first = write(failingFiles({ step, kind }).files);
          if (isHarmless) await first;
          else await assert.rejects(first, { code: "FILE_NOT_FOUND", message: /EIO/ });
          const left = await readdir(folder.path);
          if (finish === "create") assert.deepEqual(left, isHarmless ? ["file"] : []);
          else {
            assert.deepEqual(left, ["file"]);
            const isNew = step === "sync folder" || (step === own && kind === "failed but persisted");
            assert.equal(await readFile(path, "utf8"), isNew ? "new" : "old");
          }
          if (!isHarmless) await write();
          assert.equal(await readFile(path, "utf8"), "new");
          assert.deepEqual(await readdir(folder.path), ["file"]);
        });
      }
    }
  });
}
