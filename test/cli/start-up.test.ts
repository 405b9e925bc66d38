/** What the built command loads before it does anything: docs/design/start-up.md. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";

const root = join(import.meta.dirname, "../..");
const preload = join(import.meta.dirname, "late-modules.cjs");

/** Modules of Node that take milliseconds to load; a command that is only imported, for its help, needs none. */
const costly = new Set(["child_process", "crypto", "dns", "fs/promises", "http", "https", "perf_hooks", "tls", "worker_threads", "zlib"]);

/** Runs the command; returns the modules that Node loaded for it, and the size of the compiled code that it left. */
function run(t: TestContext, ...words: readonly string[]): { readonly modules: readonly string[]; readonly compiled: number } {
  const cache = mkdtempSync(join(tmpdir(), "touchmark-start-up-"));
  t.after(() => rmSync(cache, { recursive: true }));
  const { status, stderr } = spawnSync(process.execPath, ["-r", preload, join(root, "bin/touchmark.js"), ...words], {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  const folder = join(cache, "touchmark", "compile");
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  const modules: readonly string[] = JSON.parse(/^modules: (.*)$/m.exec(stderr)?.[1] ?? "");
  return { modules, compiled: sizes.reduce((sum, size) => sum + size, 0) };
}

describe("start-up", () => {
  for (const command of ["verify", "sign", "verify-blob", "sign-blob"]) {
    it(`loads no costly module of Node for importing '${command}'`, (t) => {
      const { modules } = run(t, command, "--help");
      assert.deepEqual(
        modules.filter((name) => costly.has(name)),
        [],
      );
    });
  }

  it("keeps the compiled code of the parts that ran, not of the program", (t) => {
    const { compiled } = run(t, "version");
    const program = statSync(join(root, "dist/cli.cjs")).size;
    assert.ok(compiled > 0 && compiled < program / 5, `${compiled} bytes, of a program of ${program}`);
  });
});
