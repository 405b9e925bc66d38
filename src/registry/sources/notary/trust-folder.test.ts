import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { makeTrustFiles, writeTrustFolder } from "../../../../test/fakes/notary-server.ts";
import { parseGun } from "./gun.ts";
import type { TrustData } from "./trust-data.ts";
import { TrustFolder } from "./trust-folder.ts";

const gun = parseGun("registry.example:5000/team/app");
const files = makeTrustFiles(gun.name, { delegations: ["targets/releases", "targets/qa/eu"] });
const { signal } = new AbortController();

interface Place extends AsyncDisposable {
  readonly path: string;
  /** A path in the repository's metadata. */
  readonly at: (path: string) => string;
  readonly open: () => Promise<TrustFolder>;
  readonly read: () => Promise<TrustData>;
}

async function location(): Promise<Place> {
  const folder = await mkdtempDisposable(join(tmpdir(), "touchmark-trust-"));
  const path = join(folder.path, "trust");
  await writeTrustFolder(path, gun.name, files);
  const open = async (): Promise<TrustFolder> => {
    const opened = await TrustFolder.open(path);
    assert.ok(opened);
    return opened;
  };
  return {
    path,
    at: (below) => join(path, "tuf", gun.name, "metadata", below),
    open,
    read: async () => {
      const data = await (await open()).read(gun, signal);
      assert.ok(data);
      return data;
    },
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

const codesOf = ({ unread }: Pick<TrustData, "unread">): readonly string[] => unread.map(({ path, code }) => `${path} ${code}`);
const pathsOf = ({ files: found }: TrustData): readonly string[] => found.map(({ path }) => path);

suite("a trust folder", () => {
  test("has the files of every role, byte for byte", async () => {
    await using folder = await location();
    const data = await folder.read();
    assert.deepEqual(pathsOf(data), [...files.keys()].toSorted());
    for (const { path, bytes } of data.files) assert.deepEqual(Buffer.from(bytes), files.get(path), path);
    assert.deepEqual([data.unread, data.absent, data.source], [[], [], "folder"]);
  });

  test("may have repositories without delegations, or with missing files", async () => {
    await using folder = await location();
    await rm(folder.at("targets"), { recursive: true });
    await rm(folder.at("root.json"));
    const data = await folder.read();
    assert.deepEqual(pathsOf(data), ["snapshot.json", "targets.json", "timestamp.json"]);
    assert.deepEqual(data.absent, ["root.json", "targets/qa/eu.json", "targets/releases.json"]);
  });

  test("has nothing of an unknown repository", async () => {
    await using folder = await location();
    assert.equal(await (await folder.open()).read(parseGun("alpine"), signal), undefined);
  });

  test("is undefined without a folder tuf in it", async () => {
    await using folder = await location();
    await rm(join(folder.path, "tuf"), { recursive: true });
    assert.equal(await TrustFolder.open(folder.path), undefined);
    assert.equal(await TrustFolder.open(join(folder.path, "none")), undefined);
  });

  test("lists every repository, even one below another", async () => {
    await using folder = await location();
    for (const name of ["docker.io/library/alpine", "docker.io/team/metadata", `${gun.name}/metadata`, `${gun.name}/more`]) {
      await writeTrustFolder(folder.path, name, makeTrustFiles(name));
    }
    const { guns, unread } = await (await folder.open()).list(signal);
    assert.deepEqual(guns.map(({ name }) => name).toSorted(), [
      "docker.io/library/alpine",
      "docker.io/team/metadata",
      gun.name,
      `${gun.name}/metadata`,
      `${gun.name}/more`,
    ]);
    assert.deepEqual(unread, []);
    assert.equal((await folder.read()).files.length, files.size);
  });

  test("names a folder that is not a repository, and lists the others", async () => {
    await using folder = await location();
    await writeTrustFolder(folder.path, "docker.io/Team", makeTrustFiles("x"));
    await writeTrustFolder(folder.path, "alone", makeTrustFiles("x"));
    const listing = await (await folder.open()).list(signal);
    assert.deepEqual(
      listing.guns.map(({ name }) => name),
      [gun.name],
    );
    assert.deepEqual(codesOf(listing).toSorted(), ["alone INVALID_REFERENCE", "docker.io/Team INVALID_REFERENCE"]);
  });

  test("refuses and names a link to a file outside, and reads the others", async () => {
    await using folder = await location();
    for (const target of [join(folder.path, "private/root.key"), "/etc/passwd"]) {
      await rm(folder.at("targets.json"), { force: true });
      await symlink(target, folder.at("targets.json"));
      const data = await folder.read();
      assert.deepEqual(codesOf(data), ["targets.json MALFORMED"]);
      assert.match(data.unread[0]?.message ?? "", /registry\.example:5000\/team\/app\/metadata\/targets\.json is a link that leads out/);
      assert.equal(data.files.length, files.size - 1);
    }
  });

  test("does not follow a link to a folder outside", async () => {
    await using folder = await location();
    const outside = join(dirname(folder.path), "outside");
    await rename(folder.at("targets"), outside);
    await symlink(outside, folder.at("targets"));
    await symlink(dirname(folder.path), join(folder.path, "tuf/docker.io"));
    const data = await folder.read();
    assert.deepEqual(codesOf(data), ["targets/ MALFORMED"]);
    assert.equal(data.files.length, 4);
    const listing = await (await folder.open()).list(signal);
    assert.ok(codesOf(listing).includes("docker.io MALFORMED"));
    assert.deepEqual(
      listing.guns.map(({ name }) => name),
      [gun.name],
    );
  });

  test("is refused if tuf itself is a link out of it, and accepted if the folder is a link", async () => {
    await using folder = await location();
    const link = join(dirname(folder.path), "link");
    await symlink(folder.path, link);
    assert.ok(await TrustFolder.open(link));
    await rename(join(folder.path, "tuf"), join(dirname(folder.path), "tuf"));
    await symlink(join(dirname(folder.path), "tuf"), join(folder.path, "tuf"));
    await assert.rejects(TrustFolder.open(folder.path), { code: "MALFORMED", message: /leads out/ });
  });

  test("may have links within it, even a loop", async () => {
    await using folder = await location();
    await rename(folder.at("root.json"), folder.at("kept"));
    await symlink("kept", folder.at("root.json"));
    assert.equal((await folder.read()).files.length, files.size);
    await symlink(".", join(folder.path, "tuf/loop"));
    const { guns, unread } = await (await folder.open()).list(signal);
    assert.ok(guns.length >= 1 && unread.length >= 1);
  });

  test("names a file that is too large, not a file, or not trust data", async () => {
    await using folder = await location();
    await truncate(folder.at("root.json"), 200 * 1024 * 1024);
    await writeFile(folder.at("targets.json"), "<html>");
    await rm(folder.at("snapshot.json"));
    await mkdir(folder.at("snapshot.json"));
    const data = await folder.read();
    assert.deepEqual(codesOf(data), ["root.json LIMIT_EXCEEDED", "snapshot.json FILE_NOT_FOUND", "targets.json MALFORMED"]);
    assert.equal(data.files.length, files.size - 3);
  });

  test("with another repository's root under this name is refused", async () => {
    await using folder = await location();
    await writeFile(folder.at("root.json"), makeTrustFiles("docker.io/library/alpine").get("root.json") ?? "");
    const data = await folder.read();
    assert.deepEqual([data.files, codesOf(data)], [[], ["root.json SUBJECT_MISMATCH"]]);
  });
});
