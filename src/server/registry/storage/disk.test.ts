import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { failingFiles, type FileFailure } from "../../../../test/fakes/failing-files.ts";
import { Disk } from "./disk.ts";

const skip = process.platform === "win32" && "folders are not synced";
const temporary = () => mkdtempDisposable(join(tmpdir(), "touchmark-disk-"));

async function opened(root: string, failure?: FileFailure): Promise<{ disk: Disk; calls: readonly string[]; incoming: string }> {
  const incoming = join(root, "incoming");
  await mkdir(incoming, { recursive: true });
  const { files, calls } = failingFiles(failure);
  return { disk: new Disk(incoming, files), calls, incoming };
}

describe("the registry's disk", { skip }, () => {
  it("syncs a file and its folder once each, and a new folder's parents", async () => {
    await using root = await temporary();
    const { disk, calls } = await opened(root.path);
    await disk.write(join(root.path, "a/b/file"), "one");
    assert.deepEqual(calls.filter((call) => call === "sync").length, 4, "the file, and the folders b, a and the root");
    const before = calls.length;
    await disk.write(join(root.path, "a/b/file"), "two");
    assert.deepEqual(calls.slice(before), ["open", "sync", "rename", "open", "sync"]);
  });

  it("does not sync a file that it moves, since its writer has", async () => {
    await using root = await temporary();
    const { disk, calls } = await opened(root.path);
    const fresh = disk.freshPath();
    await writeFile(fresh, "one");
    await disk.place(fresh, join(root.path, "file"));
    assert.deepEqual(calls, ["rename", "open", "sync"]);
  });

  for (const kind of ["failed", "failed but persisted"] as const) {
    for (const step of ["open", "sync", "rename", "sync folder"] as const) {
      it(`${step} ${kind}: the write is refused with the system's code, leaves a whole file, and can be repeated`, async () => {
        await using root = await temporary();
        const { disk, incoming } = await opened(root.path, { step, kind });
        const path = join(root.path, "file");
        await writeFile(path, "old");
        await assert.rejects(disk.write(path, "new"), { code: "EIO" });
        const isNew = step === "sync folder" || (step === "rename" && kind === "failed but persisted");
        assert.equal(await readFile(path, "utf8"), isNew ? "new" : "old");
        assert.deepEqual(await readdir(incoming), []);
        await disk.write(path, "new");
        assert.equal(await readFile(path, "utf8"), "new");
      });
    }
  }
});
