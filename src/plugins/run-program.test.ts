import assert from "node:assert/strict";
import { chmod, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { skip } from "./notation/fixture.test.ts";
import { runProgram } from "./run-program.ts";

test("a program that runs too long is killed", { skip }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-program-"));
  const path = join(folder.path, "slow");
  await writeFile(path, "#!/bin/sh\nexec sleep 1000\n");
  await chmod(path, 0o755);
  const { signal } = new AbortController();
  const run = { name: "the program", path, command: "sign", input: new Uint8Array(), env: {}, maxOutput: 1, maxTime: 20, signal };
  await assert.rejects(runProgram(run), { code: "TIMEOUT", message: "the program did not finish sign within 20 ms" });
});

test("a process that a program leaves behind, out of its group, does not delay its answer", { skip }, async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-program-"));
  const path = join(folder.path, "leaves");
  const leave = 'require("node:child_process").spawn("sleep",["60"],{detached:true,stdio:"inherit"})';
  await writeFile(path, `#!/bin/sh\n"${process.execPath}" -e 'const{pid}=${leave};process.stdout.write(String(pid));process.exit()'\n`);
  await chmod(path, 0o755);
  const { signal } = new AbortController();
  const run = {
    name: "the program",
    path,
    command: "sign",
    input: new Uint8Array(),
    env: process.env,
    maxOutput: 100,
    maxTime: 30_000,
    signal,
  };
  const { status, stdout } = await runProgram(run);
  const pid = Number(Buffer.from(stdout).toString());
  assert.equal(status, 0);
  assert.ok(pid > 0);
  process.kill(pid); // still there: its answer was not waited for
});
