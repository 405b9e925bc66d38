import assert from "node:assert/strict";
import { mkdtempDisposable, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { failingFiles } from "../../../test/fakes/failing-files.ts";
import { encodeUtf8 } from "../../core/bytes.ts";
import { systemFiles, type FileOperations } from "../../files/durable-files.ts";
import { ArchiveFiles } from "./archive-files.ts";
import { LayoutFiles } from "./layout-files.ts";
import type { LayoutStore } from "./layout-store.ts";

const [old, fresh] = [encodeUtf8("old"), encodeUtf8("new")];
const skip = process.platform === "win32" && "folders are not synced";

/** Both stores, each in a folder of its own. */
const stores: Readonly<Record<string, (root: string, files: FileOperations) => LayoutStore>> = {
  "a layout folder": (root, files) => new LayoutFiles(root, files),
  "a layout archive": (root, files) => new ArchiveFiles(join(root, "a.tar"), files),
};

for (const [name, open] of Object.entries(stores)) {
  describe(`a write to ${name}`, { skip }, () => {
    for (const verb of ["write", "replace"] as const) {
      const rename = name === "a layout folder" && verb === "write" ? "rename" : "renameSync";
      for (const kind of ["failed", "failed but persisted"] as const) {
        for (const step of ["open", "sync", rename, "sync folder"] as const) {
          it(`${verb}, ${step} ${kind}: is refused, leaves a whole file, and can be repeated`, async () => {
            await using root = await mkdtempDisposable(join(tmpdir(), "touchmark-layout-"));
            const change = (files: FileOperations, before: Uint8Array): Promise<unknown> =>
              verb === "write" ? open(root.path, files).write("file", fresh, 3) : open(root.path, files).replace("file", before, fresh);
            await open(root.path, systemFiles).write("file", old, 3);
            await assert.rejects(change(failingFiles({ step, kind }).files, old), { code: "FILE_NOT_FOUND", message: /cannot be/ });
            const left = await open(root.path, systemFiles).read("file", 10);
            const isNew = step === "sync folder" || (step === rename && kind === "failed but persisted");
            assert.deepEqual(left, isNew ? fresh : old);
            assert.equal((await readdir(root.path)).length, 1);
            await change(systemFiles, left);
            assert.deepEqual(await open(root.path, systemFiles).read("file", 10), fresh);
          });
        }
      }
    }
  });
}

it("syncs the folders that it creates, and the file's folder", { skip }, async () => {
  await using root = await mkdtempDisposable(join(tmpdir(), "touchmark-layout-"));
  const { files, calls } = failingFiles();
  await new LayoutFiles(root.path, files).write("blobs/sha256/x", fresh);
  assert.deepEqual(
    calls.filter((call) => call !== "open"),
    ["sync", "sync", "sync", "rename", "sync"],
  );
  assert.equal(await readFile(join(root.path, "blobs/sha256/x"), "utf8"), "new");
});
