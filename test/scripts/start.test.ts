/** How the command starts, with a stand-in for what is built: it says where compiled code is kept. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
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
    const standIn = 'exports.run = async () => console.log(require("node:module").getCompileCacheDir() ?? "no cache");';
    writeFileSync(join(home, "dist", "cli.cjs"), standIn);
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const start = (options: readonly string[] = [], xdg = join(home, "xdg")) => {
    const { NODE_COMPILE_CACHE: _, ...env } = process.env;
    return spawnSync(process.execPath, [...options, join(home, "bin", "touchmark.js")], {
      env: { ...env, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: xdg },
      encoding: "utf8",
    });
  };

  test("keeps compiled code in a folder of this user alone", () => {
    const { status, stdout } = start();
    assert.equal(status, 0);
    assert.ok(stdout.startsWith(cache), stdout);
    if (process.platform !== "win32") assert.equal(statSync(cache).mode & 0o777, 0o700);
  });

  test("does not follow a cache home that is relative", () => {
    assert.ok(start([], "xdg").stdout.startsWith(join(home, ".cache", "touchmark", "compile")));
  });

  test("keeps nothing in a folder that others can write to", (t) => {
    if (process.platform === "win32") return t.skip("Windows has no modes");
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    for (const folder of [cache, join(cache, "..")]) {
      chmodSync(folder, 0o770);
      assert.equal(start().stdout, "no cache\n");
      chmodSync(folder, 0o700);
    }
    assert.notEqual(start().stdout, "no cache\n");
  });

  test("keeps nothing behind a symbolic link", (t) => {
    if (process.platform === "win32") return t.skip("Windows lets few users make links");
    mkdirSync(join(home, "xdg", "touchmark"), { recursive: true, mode: 0o700 });
    mkdirSync(join(home, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(home, "elsewhere"), cache);
    assert.equal(start().stdout, "no cache\n");
  });

  test("works without a cache where none can be made", () => {
    writeFileSync(join(home, "xdg"), "");
    assert.equal(start().stdout, "no cache\n");
  });

  test("works without a cache for a user who has no home", () => {
    const pretend = join(home, "pretend.cjs");
    writeFileSync(pretend, 'require("node:os").homedir = () => { throw new Error("no such user"); };');
    const { status, stdout } = start(["--require", pretend], "");
    assert.equal(status, 0);
    assert.equal(stdout, "no cache\n");
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
