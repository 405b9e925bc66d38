import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openBrowser } from "./open-browser.ts";

const page = new URL("https://issuer.example/auth?state=a%20b&x=$(id)");

test("the desktop's opener gets the URL as one argument", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-"));
  t.after(() => rm(folder, { recursive: true }));
  const programs = { linux: "xdg-open", freebsd: "xdg-open", darwin: "open", win32: "rundll32" } as const;
  for (const platform of ["linux", "freebsd", "darwin", "win32"] as const) {
    const program = join(folder, programs[platform]);
    await writeFile(program, `#!/bin/sh\nfor last; do :; done\nprintf %s "$last" > ${join(folder, platform)}\n`);
    await chmod(program, 0o755);
    assert.equal(await openBrowser(page, { platform, env: { PATH: folder } }), true);
    assert.equal(await readFile(join(folder, platform), "utf8"), page.href);
  }
});

test("without an opener nothing happens", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-"));
  t.after(() => rm(folder, { recursive: true }));
  assert.equal(await openBrowser(page, { platform: "linux", env: { PATH: folder } }), false);
});
