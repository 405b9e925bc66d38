import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { concat, gather, streamOf } from "../../core/bytes.ts";
import { ArchiveFiles } from "./archive-files.ts";
import { blockSize, encodeHeader, padding } from "./tar.ts";

const end = new Uint8Array(2 * blockSize);

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "touchmark-archive-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

/** A header of any type, and what follows it. */
function entry(name: string, text: string, type = "0"): Uint8Array {
  const header = Buffer.from(encodeHeader(name, text.length));
  header.write(type, 156, "ascii");
  header.fill(" ", 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
    "ascii",
  );
  return concat([header, Buffer.from(text), padding(text.length)]);
}

async function archiveOf(t: TestContext, ...parts: readonly Uint8Array[]): Promise<ArchiveFiles> {
  const path = join(await folder(t), "a.tar");
  await writeFile(path, concat(parts));
  return new ArchiveFiles(path);
}

async function read(files: ArchiveFiles, path: string): Promise<string | undefined> {
  const bytes = await files.read(path, 1000);
  return bytes && Buffer.from(bytes).toString();
}

test("files are written, replaced and removed, and nothing else is left in the folder", async (t) => {
  const root = await folder(t);
  const path = join(root, "a.tar");
  const files = new ArchiveFiles(path);
  assert.equal(await files.read("a", 10), undefined);
  assert.equal(await files.open("a"), undefined);
  await files.write("a", Buffer.from("one"), 3);
  await files.write(`blobs/sha512/${"a".repeat(128)}`, streamOf(Buffer.from("two")), 3);
  await files.write("empty", Buffer.alloc(0), 0);
  await files.write("a", Buffer.from("three"), 5);
  const other = new ArchiveFiles(path);
  assert.equal(await read(other, "a"), "three");
  assert.equal(await read(other, `blobs/sha512/${"a".repeat(128)}`), "two");
  assert.equal((await gather((await other.open("a")) ?? assert.fail())).toString(), "three");
  assert.equal((await gather((await other.open("empty")) ?? assert.fail())).length, 0);
  assert.equal(await other.open("b"), undefined);
  await assert.rejects(other.read("a", 4), { code: "LIMIT_EXCEEDED" });
  assert.equal(await other.replace("a", Buffer.from("other"), Buffer.from("x")), false);
  assert.equal(await other.replace("b", Buffer.from(""), Buffer.from("x")), false);
  assert.equal(await other.replace("a", undefined, Buffer.from("x")), false);
  assert.equal(await other.replace("a", Buffer.from("three"), Buffer.from("four")), true);
  assert.equal(await read(files, "a"), "four", "what others change is seen");
  await files.remove("a");
  assert.equal(await read(files, "a"), undefined);
  assert.deepEqual(await readdir(root), ["a.tar"]);
});

test("what breaks off leaves the archive as it was", async (t) => {
  const root = await folder(t);
  const path = join(root, "a.tar");
  const files = new ArchiveFiles(path);
  await files.write("a", Buffer.from("one"), 3);
  const before = await readFile(path);
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("t");
    throw new Error("the source broke");
  }
  await assert.rejects(files.write("b", breaking(), 3), { code: "FILE_NOT_FOUND" });
  assert.deepEqual([await readFile(path), await readdir(root)], [before, ["a.tar"]]);
  await files.write("b", Buffer.from("two"), 3);
  assert.equal(await read(files, "b"), "two");
});

test("another writer in between is a CONFLICT, and loses nothing of what it wrote", async (t) => {
  const path = join(await folder(t), "a.tar");
  const [one, other] = [new ArchiveFiles(path), new ArchiveFiles(path)];
  await one.write("a", Buffer.from("one"), 3);
  async function* slow(): AsyncGenerator<Uint8Array> {
    await other.write("b", Buffer.from("two"), 3);
    yield Buffer.from("three");
  }
  await assert.rejects(one.write("c", slow(), 5), { code: "CONFLICT" });
  assert.deepEqual([await read(one, "a"), await read(one, "b"), await read(one, "c")], ["one", "two", undefined]);
});

test("what tar writes is read, and what is written here tar reads", async (t) => {
  const root = await folder(t);
  const long = `blobs/sha512/${"b".repeat(128)}`;
  await mkdir(join(root, "in/blobs/sha512"), { recursive: true });
  await mkdir(join(root, "out"));
  await writeFile(join(root, "in", long), "long");
  await writeFile(join(root, "in/oci-layout"), "short");
  for (const format of ["gnu", "pax", "ustar"]) {
    const path = join(root, `${format}.tar`);
    const names = format === "ustar" ? ["./oci-layout"] : ["."];
    execFileSync("tar", ["-C", join(root, "in"), `--format=${format}`, "-cf", path, ...names]);
    const files = new ArchiveFiles(path);
    assert.equal(await read(files, "oci-layout"), "short", format);
    await files.write(long, Buffer.from("again"), 5);
    execFileSync("tar", ["-C", join(root, "out"), "-xf", path]);
    assert.equal(await readFile(join(root, "out", long), "utf8"), "again");
  }
});

test("T30: links, devices, paths that lead out and paths that are there twice are refused", async (t) => {
  const bad: readonly (readonly Uint8Array[])[] = [
    [entry("a", "", "1")],
    [entry("a", "", "2")],
    [entry("a", "", "3")],
    [entry("a", "", "6")],
    [entry("a", "", "S")],
    [entry("../a", "x")],
    [entry("/a", "x")],
    [entry("a/../../b", "x")],
    [entry("a//b", "x")],
    [entry("a\\b", "x")],
    [entry("a", "x"), entry("./a", "y")],
    [entry("h", "15 path=../a\n  ".slice(0, 13).replace("15", "13"), "x"), entry("a", "x")],
    [entry("h", "10 path=b\n", "g"), entry("a", "x")],
    [entry("h", "22 GNU.sparse.major=1\n", "x"), entry("a", "x")],
    [entry("h", "10 size=x\n", "x"), entry("a", "x")],
    [entry("h", "../../b\0", "L"), entry("a", "x")],
  ];
  for (const [i, parts] of bad.entries()) {
    const files = await archiveOf(t, ...parts, end);
    await assert.rejects(files.read("a", 10), { code: "MALFORMED" }, `case ${i}`);
  }
});

test("what is cut off, packed or no archive is refused", async (t) => {
  const whole = concat([entry("a", "x".repeat(600)), end]);
  for (const bytes of [whole.subarray(0, 700), whole.subarray(0, 100), Buffer.from([0x1f, 0x8b, ...Buffer.alloc(600)])]) {
    await assert.rejects((await archiveOf(t, bytes)).read("a", 1000), { code: "MALFORMED" });
  }
  assert.equal((await read(await archiveOf(t, whole.subarray(0, 1536)), "a"))?.length, 600, "the end may be missing");
  await assert.rejects(new ArchiveFiles(await folder(t)).read("a", 10), { code: "FILE_NOT_FOUND" });
});

test("a file of another kind is reported as no tar archive", async (t) => {
  for (const text of ["hello\n", "hello ".repeat(200)])
    await assert.rejects((await archiveOf(t, Buffer.from(text))).read("a", 10), { code: "MALFORMED", message: /not a tar archive/ });
});

test("a header over the bounds is not read", async (t) => {
  const files = await archiveOf(t, entry("h", "x".repeat(70_000), "x"), entry("a", "x"), end);
  await assert.rejects(files.read("a", 10), { code: "LIMIT_EXCEEDED" });
});

test("an archive reached by a link is read", async (t) => {
  const root = await folder(t);
  await new ArchiveFiles(join(root, "a.tar")).write("a", Buffer.from("one"), 3);
  await symlink("a.tar", join(root, "b.tar"));
  assert.equal(await read(new ArchiveFiles(join(root, "b.tar")), "a"), "one");
});

test("a name that is not ASCII is read as it was written", async (t) => {
  const path = join(await folder(t), "a.tar");
  await new ArchiveFiles(path).write("blobs/ä", Buffer.from("one"), 3);
  assert.equal(await read(new ArchiveFiles(path), "blobs/ä"), "one");
});

test("headers that are many, or long, take no more time than to read them", async (t) => {
  const long = Array.from({ length: 20 }, () => entry("name", `a${"\0".repeat(60_000)}b`, "L"));
  await assert.rejects((await archiveOf(t, ...long, entry("a", "one"), end)).read("a", 10), { code: "MALFORMED" });
  const named = (n: number): string => Array.from({ length: 100 }, (_, i) => `12 k${String(n * 100 + i).padStart(5, "0")}=v\n`).join("");
  const many = Array.from({ length: 1000 }, (_, n) => entry("records", named(n), "x"));
  assert.equal(await read(await archiveOf(t, ...many, entry("a", "one"), end), "a"), "one");
});
