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
