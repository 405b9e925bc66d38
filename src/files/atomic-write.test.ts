import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { writeAtomically } from "./atomic-write.ts";

const temporary = () => mkdtempDisposable(join(tmpdir(), "touchmark-draft-"));
const bytes = encodeUtf8("new");

describe("a draft", () => {
  it("is published under its name, with its mode, and leaves nothing else", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    {
      await using draft = await writeAtomically({ path, bytes, mode: 0o600 });
      await draft.publish();
    }
    assert.deepEqual(await readdir(folder.path), ["file"]);
    assert.equal(await readFile(path, "utf8"), "new");
    if (process.platform !== "win32") assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it("is gone if it was not published", async () => {
    await using folder = await temporary();
    {
      await using draft = await writeAtomically({ path: join(folder.path, "file"), bytes, mode: 0o644 });
      assert.equal((await readdir(folder.path)).length, 1);
      assert.ok(draft);
    }
    assert.deepEqual(await readdir(folder.path), []);
  });

  it("is published over nothing, and replaces what it is told to", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    await writeFile(path, "old");
    {
      await using draft = await writeAtomically({ path, bytes, mode: 0o644 });
      await assert.rejects(draft.publish(), { code: "FILE_EXISTS", message: `${path} exists already` });
      assert.equal(await readFile(path, "utf8"), "old");
      await draft.replace();
    }
    assert.equal(await readFile(path, "utf8"), "new");
    assert.deepEqual(await readdir(folder.path), ["file"]);
  });

  it("is written from pieces, and not at all once that is interrupted", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    {
      await using draft = await writeAtomically({ path, bytes: [encodeUtf8("in "), encodeUtf8("pieces")], mode: 0o644 });
      await draft.publish();
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

  it("says where nothing can be written", async () => {
    await using folder = await temporary();
    await assert.rejects(writeAtomically({ path: join(folder.path, "no/file"), bytes, mode: 0o644 }), {
      code: "FILE_NOT_FOUND",
      message: /^cannot write .*no\/file: ENOENT$/,
    });
    await mkdir(join(folder.path, "taken"));
    await using draft = await writeAtomically({ path: join(folder.path, "taken"), bytes, mode: 0o644 });
    await assert.rejects(draft.replace(), { code: /^FILE_/ });
  });
});
