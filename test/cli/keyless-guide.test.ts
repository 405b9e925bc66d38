/** Runs the commands of the keyless guide in order, with an identity token. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { it } from "node:test";
import { putImage } from "../fakes/signers.ts";
import { publishSigstore } from "../fakes/tuf-repository.ts";
import { wallClock } from "../fakes/wall-clock.ts";
import { alice, location, tokenOf } from "./keyless-setup.ts";
import { ended, start } from "./processes.ts";

it("the guide to signing without a key does what it says", async (t) => {
  const at = await location(t, { clock: wallClock });
  await putImage(at.repository(`${at.address}/app`), "x", "1.0");
  const repository = publishSigstore(wallClock(), at.trustedRoot, at.signingConfig);
  await writeFile(at.path("root.json"), repository.root);
  const env = {
    TUF_MIRROR: (await repository.serve(t)).href,
    TUF_ROOT_JSON: "root.json",
    TOUCHMARK_TRUST: at.path("trust"),
    SIGSTORE_ID_TOKEN: tokenOf(alice, {}, wallClock()),
    XDG_CACHE_HOME: at.path("cache"),
    NO_COLOR: "1",
  };
  const guide = readFileSync(new URL("../../docs/guides/keyless.md", import.meta.url), "utf8");
  const commands = Array.from(guide.matchAll(/^ {4}(touchmark .*)$/gm), ([, command = ""]) => command);
  assert.ok(commands.length >= 5, commands.join("\n"));
  for (const command of commands) {
    const typed = command.replace("registry.example", at.address);
    const { status, output } = await ended(start(typed, { cwd: at.folder, env }));
    assert.equal(status, 0, `${typed}\n${output}`);
  }
});
