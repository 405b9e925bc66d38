/** How the command starts, with a stand-in for what is built: where compiled code is kept, and whose is run. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";

describe("bin/touchmark.js", () => {
  let home: string;
  let cache: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "touchmark-start-"));
    cache = join(home, "xdg", "touchmark", "compile");
    cpSync(join(import.meta.dirname, "../../bin"), join(home, "bin"), { recursive: true });
    mkdirSync(join(home, "dist"));
    build("ran");
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const build = (says: string): void => {
    const digest = createHash("sha256").update(says).digest("hex");
    writeFileSync(
      join(home, "dist", "cli.cjs"),
      `// build ${digest}\n(function (exports) { exports.run = async () => { console.log(${JSON.stringify(says)}); process.exitCode = 0; }; })\n`,
    );
  };
  const start = (options: readonly string[] = [], xdg = join(home, "xdg"), words: readonly string[] = ["verify"]) =>
    spawnSync(process.execPath, [...options, join(home, "bin", "touchmark.js"), ...words], {
      env: { ...process.env, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: xdg },
      encoding: "utf8",
      timeout: 60_000,
    });
  const kept = (folder = cache): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

  test("keeps compiled code in a folder of this user alone", () => {
    const { status, stdout } = start();
    assert.equal(status, 0);
    assert.equal(stdout, "ran\n");
    assert.equal(kept().length, 1);
    assert.match(kept()[0] ?? "", /^[0-9a-f]{32}-v26.*-verify$/);
    if (process.platform !== "win32") assert.equal(statSync(cache).mode & 0o777, 0o700);
  });

  test("runs where no folder can be made, and ends", { skip: process.platform !== "linux" && "/proc is Linux's" }, () => {
    assert.equal(start([], "/proc/cache").stdout, "ran\n");
  });

  test("runs where compiled code cannot be stored, and leaves nothing behind", () => {
    start();
    const [name = ""] = kept();
    rmSync(join(cache, name));
    mkdirSync(join(cache, name, "in the way"), { recursive: true });
    const { status, stdout, stderr } = start();
    assert.deepEqual([status, stdout, stderr], [0, "ran\n", ""]);
    assert.deepEqual(kept(), [name]);
  });

  test("keeps what a command's help compiled apart from what the command does", () => {
    for (const words of [["verify", "--help"], ["-h"], []]) start([], undefined, words);
    assert.deepEqual(
      kept().map((name) => name.replace(/.*-/, "")),
      ["help"],
    );
  });

  test("does not follow a cache home that is relative", () => {
    start([], "xdg");
    assert.equal(kept(join(home, ".cache", "touchmark", "compile")).length, 1);
  });

  test("keeps nothing in a folder that others can write to", (t) => {
    if (process.platform === "win32") return t.skip("Windows has no modes");
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    for (const folder of [cache, join(cache, "..")]) {
      chmodSync(folder, 0o770);
      assert.equal(start().stdout, "ran\n");
      assert.deepEqual(kept(), []);
      chmodSync(folder, 0o700);
    }
    start();
    assert.equal(kept().length, 1);
  });

  test("keeps nothing behind a symbolic link", (t) => {
    if (process.platform === "win32") return t.skip("Windows lets few users make links");
    mkdirSync(join(home, "xdg", "touchmark"), { recursive: true, mode: 0o700 });
    mkdirSync(join(home, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(home, "elsewhere"), cache);
    assert.equal(start().stdout, "ran\n");
    assert.deepEqual(kept(), []);
  });

  test("runs what is built now, not what was kept of another build or is no compiled code", () => {
    start();
    build("RAN");
    assert.equal(start().stdout, "RAN\n");
    assert.equal(kept().length, 2);
    for (const name of kept()) writeFileSync(join(cache, name), "not compiled code");
    assert.equal(start().stdout, "RAN\n");
    assert.equal(start().stdout, "RAN\n");
  });

  test("works without a cache where none can be made", () => {
    writeFileSync(join(home, "xdg"), "");
    assert.equal(start().stdout, "ran\n");
    assert.deepEqual(kept(), []);
  });

  test("works without a cache for a user who has no home", () => {
    const pretend = join(home, "pretend.cjs");
    writeFileSync(pretend, 'require("node:os").homedir = () => { throw new Error("no such user"); };');
    const { status, stdout } = start(["--require", pretend], "");
    assert.equal(status, 0);
    assert.equal(stdout, "ran\n");
  });

  test("says what to do when nothing is built", () => {
    rmSync(join(home, "dist"), { recursive: true });
    const { status, stderr } = start();
    assert.equal(status, 2);
    assert.match(stderr, /^error: touchmark is not built: .*\nhint: Run: node scripts\/setup\.js\n$/);
  });

  test("says what to do on a Node that is too old", () => {
    const pretend = join(home, "pretend.cjs");
    writeFileSync(pretend, 'Object.defineProperty(process, "versions", { value: { node: "20.19.0" } });');
    const { status, stderr } = start(["--require", pretend]);
    assert.equal(status, 2);
    assert.match(stderr, /^error: touchmark needs Node\.js 26 or newer, and this is 20\.19\.0\nhint: Install Node\.js 26/);
  });
});
