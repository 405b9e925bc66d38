/** The cache of a TUF repository between updates. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { makeKey, published, TufRepository } from "../../../test/fakes/tuf-repository.ts";
import { updating } from "../../../test/fakes/tuf-site.ts";
import { folderOf } from "./cache-entry.ts";
import { readTrustRoot } from "./read.ts";

suite("the cache of a TUF repository", () => {
  test("is never trusted: readers refuse a damaged one, and an update fetches the content again", async (t) => {
    const repository = new TufRepository();
    repository.rotate();
    const { update, read, folder } = await updating(t, repository);
    const good = await update();
    const path = join(folder, "repository.json");
    const whole = await readFile(path, "utf8");
    const kept: Record<string, unknown> = JSON.parse(whole);
    const other = Buffer.from("another").toString("base64");
    for (const bad of [
      "",
      whole.slice(0, -9),
      "[]",
      JSON.stringify({ ...kept, timestamp: other }),
      JSON.stringify({ ...kept, snapshot: kept["targets"] }),
      JSON.stringify({ ...kept, roots: [other] }),
      JSON.stringify({ ...kept, files: { "trusted_root.json": other } }),
      JSON.stringify({ ...kept, files: { "../unknown": other } }),
    ]) {
      await writeFile(path, bad);
      await assert.rejects(read(), { code: "TRUST_ROOT_INVALID", message: /is damaged/ }, bad);
      await writeFile(join(folder, "roots.json"), bad);
      assert.deepEqual(await update(), good);
      assert.deepEqual(await read(), good);
    }
  });

  test("belongs to the root that verified it", async (t) => {
    const { update, folder } = await updating(t, new TufRepository());
    await update();
    await assert.rejects(readTrustRoot({ folder, root: new TufRepository().root, at: published }), { code: "TRUST_ROOT_INVALID" });
  });

  test("does not prevent a rollback of a role whose keys are replaced", async (t) => {
    const repository = new TufRepository();
    repository.versions.timestamp = 1_000_000;
    repository.versions.snapshot = 1_000_000;
    repository.publish();
    const { update, refuses } = await updating(t, repository);
    await update();
    repository.versions.timestamp = 1;
    repository.versions.snapshot = 1;
    repository.publish();
    await refuses("TRUST_ROOT_INVALID", /the timestamp goes back/);
    repository.keys.snapshot = [makeKey()];
    repository.rotate();
    repository.publish();
    assert.equal((await update()).versions.timestamp, 3);
  });

  test("holds the new roots even if the rest of an update fails", async (t) => {
    const repository = new TufRepository();
    const { update, read, refuses } = await updating(t, repository);
    const before = await update();
    const stolen = repository.keys.root;
    repository.keys.root = [makeKey()];
    repository.keys.timestamp = [makeKey()];
    repository.rotate(stolen);
    await refuses("TRUST_ROOT_INVALID", /the timestamp document, version 1, is signed by 0/);
    assert.deepEqual(await read(), before, "readers go on with the last whole update");
    repository.keys.root = stolen;
    repository.files.set("2.root.json", repository.signed(repository.rootBody(2), stolen));
    repository.publish();
    repository.keys.root = [makeKey()];
    repository.files.set("3.root.json", repository.signed(repository.rootBody(3), [...stolen, ...repository.keys.root]));
    await refuses("TRUST_ROOT_INVALID", /the root document, version 3, is signed by 0 of the 1 keys that version 2/);
  });

  test("cannot be written if a file exists at the folder's path", async (t) => {
    const { folder, update } = await updating(t, new TufRepository());
    await mkdir(join(folder, ".."), { recursive: true });
    await writeFile(folder, "");
    await assert.rejects(update(), { code: "FILE_NOT_FOUND", message: /repository.json cannot be written/ });
  });

  test("has a folder for each mirror", () => {
    const folder = (url: string) => folderOf(new URL(url), "cache");
    assert.match(folder("https://tuf.example.com/a"), /^cache.tuf\.example\.com-[0-9a-f]{16}$/);
    assert.match(folder("http://[::1]:80/"), /^cache.___1_-[0-9a-f]{16}$/);
    assert.notEqual(folder("https://tuf.example.com/a"), folder("https://tuf.example.com/b"));
  });
});
