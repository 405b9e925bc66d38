import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { makeTrustFiles } from "../../../../test/fakes/notary-server.ts";
import { ArchiveFiles } from "../../layout/archive-files.ts";
import { ArchiveSize, archiveVersion, encodeArchive, encodeManifest } from "./archive.ts";
import { parseGun } from "./gun.ts";
import type { TrustData } from "./trust-data.ts";

const at = Date.UTC(2026, 11, 1, 12);

function dataOf(name: string, source: TrustData["source"], more: Partial<TrustData> = {}): TrustData {
  const files = Array.from(makeTrustFiles(name, { delegations: ["targets/releases"] }), ([path, bytes]) => ({
    path,
    role: path.replace(/\.json$/, ""),
    version: 1,
    bytes,
  }));
  return { gun: parseGun(name), source, files, absent: [], unread: [], ...more };
}

suite("an archive of trust data", () => {
  test("contains every file at its manifest path, with its digest, and the timestamps", async () => {
    const unread = [{ path: "2.root.json", code: "TIMEOUT", message: "not done within 3m", hint: "" }] as const;
    const data = [
      dataOf("docker.io/team/app", "server", { location: "https://notary.example", absent: ["1.root.json"], unread }),
      dataOf("docker.io/team/app", "folder"),
    ];
    const manifest = encodeManifest({ at, by: "1.0.0", data, unread: [] });
    await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-dct-"));
    const path = join(folder.path, "a.tar");
    await writeFile(path, encodeArchive(manifest, data, [Buffer.from("first"), Buffer.from("second")]));

    const archive = new ArchiveFiles(path);
    const read = (name: string) => archive.read(name, 1024 * 1024);
    assert.deepEqual(await read("manifest.json"), Buffer.from(manifest));
    assert.equal(String(await read("timestamps/2.tsr")), "second");
    const said = JSON.parse(String(Buffer.from(manifest)));
    assert.deepEqual([said.apiVersion, said.savedAt, said.savedBy], [archiveVersion, "2026-12-01T12:00:00Z", "touchmark 1.0.0"]);
    assert.equal(said.repositories.length, 2);
    const [server] = said.repositories;
    assert.deepEqual(server.absent, ["1.root.json"]);
    assert.deepEqual(server.unread, [{ path: "2.root.json", code: "TIMEOUT", message: "not done within 3m" }]);
    for (const { files } of said.repositories) {
      for (const { path: name, size, sha256 } of files) {
        const bytes = await read(name);
        assert.ok(bytes, name);
        assert.equal(bytes.length, size);
        assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256);
      }
    }
    assert.ok(await read("repositories/docker.io/team/app/_folder/targets/releases.json"));
  });

  test("has the same bytes for the same content", () => {
    const data = [dataOf("docker.io/team/app", "server")];
    const make = (): Buffer => Buffer.concat([...encodeArchive(encodeManifest({ at, by: "1", data, unread: [] }), data, [])]);
    assert.deepEqual(make(), make());
  });

  test("is bounded", () => {
    const [file] = dataOf("docker.io/team/app", "server").files;
    assert.ok(file);
    const size = new ArchiveSize();
    const half = [dataOf("docker.io/team/app", "server", { files: Array.from({ length: 22_500 }, () => file) })];
    size.add(half);
    size.add(half);
    assert.throws(() => size.add([dataOf("docker.io/team/app", "server")]), { code: "LIMIT_EXCEEDED", message: /more than 45000 files/ });
  });
});
