/** Runs the commands of the guides in order. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { day, makeCompany, pem } from "../fakes/notary.ts";
import { putImage } from "../fakes/signers.ts";
import { wallClock } from "../fakes/wall-clock.ts";
import { bench } from "./harness.ts";
import { ended, start } from "./processes.ts";

it("the guide to files does what it says", async (t) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-guide-"));
  const { address, repository } = await bench(t);
  await putImage(repository(`${address}/app`), "x", "1.0");
  await writeFile(join(folder.path, "app.tar"), "a file");
  const digest = createHash("sha256").update("a file").digest("hex");
  const around = { cwd: folder.path, env: { TOUCHMARK_PASSWORD: "", XDG_CACHE_HOME: folder.path, NO_COLOR: "1" } };

  const guide = readFileSync(new URL("../../docs/guides/files.md", import.meta.url), "utf8");
  const commands = Array.from(guide.matchAll(/^ {4}(touchmark .*)$/gm), ([, command = ""]) => command);
  const byKey = commands.filter((command) => !command.includes("--certificate-identity"));
  assert.ok(byKey.length >= 6, byKey.join("\n"));
  for (const command of byKey) {
    const typed = command.replace("registry.example", address).replace("sha256:…", `sha256:${digest}`);
    const { status, output } = await ended(start(typed, around));
    assert.equal(status, 0, `${typed}\n${output}`);
  }
});

it("the guide to Notary Project signatures does what it says", async (t) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-guide-"));
  const path = (name: string): string => join(folder.path, name);
  const { address, repository } = await bench(t);
  await putImage(repository(`${address}/app`), "x", "1.0");
  const company = await makeCompany(folder.path, "example", { notBefore: wallClock() - day, notAfter: wallClock() + day });
  await company.signer("company");
  for (const name of ["ca.pem", "tsa.pem"]) await writeFile(path(name), pem(company.root));

  const guide = readFileSync(new URL("../../docs/guides/notation.md", import.meta.url), "utf8");
  const [forImages = "", forFiles = ""] = guide.match(/^ {4}\{\n[\s\S]*?\n {4}\}\n/gm) ?? [];
  await mkdir(path("notation"));
  await writeFile(path("notation/trustpolicy.json"), forImages);
  await writeFile(path("notation/trustpolicy.blob.json"), forFiles);
  await writeFile(path("app.tar"), "a file");
  const commands = Array.from(guide.matchAll(/^ {4}touchmark (.*)$/gm), ([, command = ""]) => command);
  const ofKind = (verb: string): readonly string[] => commands.filter((command) => command.startsWith(`${verb} `));
  const around = { cwd: folder.path, env: { NOTATION_CONFIG: path("notation"), XDG_CACHE_HOME: folder.path, NO_COLOR: "1" } };
  const typed = ["trust", "sign", "sign-blob", "verify", "verify-blob"].flatMap(ofKind);
  assert.equal(typed.length, commands.length);
  for (const command of typed) {
    const { status, output } = await ended(
      start(command.replace("registry.example", address).replace("~/.config/notation", path("notation")), around),
    );
    // Nobody here stamps.
    assert.equal(status, command.includes("--timestamp-root") ? 12 : 0, `${command}\n${output}`);
  }
});
