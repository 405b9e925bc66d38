/** The guide's program, as a user of the library runs it: the built package under its own name. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { it } from "node:test";
import { bench } from "./cli/harness.ts";
import { ended } from "./cli/processes.ts";
import { putImage } from "./fakes/signers.ts";

const root = join(import.meta.dirname, "..");

it("the library guide's program signs in both formats and verifies", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-library-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { address, repository } = await bench(t);
  await putImage(repository(`${address}/team/app`), "x", "1.0");
  await mkdir(join(folder, "node_modules"));
  await symlink(root, join(folder, "node_modules/touchmark"), "junction");

  const guide = readFileSync(join(root, "docs/guides/library.md"), "utf8");
  const [program = "", verifying = "", second = "", attesting = ""] = Array.from(
    guide.matchAll(/```js\n(.*?)```/gs),
    ([, code = ""]) => code,
  );
  await writeFile(join(folder, "program.mjs"), program.replace("registry.example", address));
  await writeFile(join(folder, "verify.mjs"), verifying.replace("registry.example", address));
  await writeFile(join(folder, "second.mjs"), second.replace("registry.example", address));
  await writeFile(join(folder, "attest.mjs"), attesting.replace("registry.example", address));
  const run = async (name: string): Promise<string> => {
    const running = spawn(process.execPath, [name], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { status, output } = await ended(running);
    assert.equal(status, 0, output);
    return output;
  };
  assert.equal(await run("program.mjs"), "signed\nsigned\ndecided\nallow\n");
  assert.equal(await run("verify.mjs"), "allow as expected\n");
  assert.equal(await run("second.mjs"), "bundle true\n");
  assert.equal(await run("attest.mjs"), "bundle attestation\n");
});
