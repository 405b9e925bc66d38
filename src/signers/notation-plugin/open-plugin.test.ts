import assert from "node:assert/strict";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { Moods } from "../../../test/fakes/notation-plugin.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { install, keyIn, skip } from "../../plugins/notation/fixture.test.ts";
import { openPluginKey } from "./open-plugin.ts";

const { signal } = new AbortController();
const [raw, envelope] = ["SIGNATURE_GENERATOR.RAW", "SIGNATURE_GENERATOR.ENVELOPE"];
const can = (...capabilities: readonly (string | undefined)[]): Moods => ({ "get-plugin-metadata": { capabilities } });

// One at a time: a file that is open for writing while another process starts cannot be executed.
suite("a key in a notation plugin", { skip }, () => {
  let folder = "";
  before(async () => void (folder = await install()));
  after(() => rm(folder, { recursive: true }));
  const open = (by?: Moods, plugin = "com.example.fake") => openPluginKey({ ...keyIn(folder, by), plugin }, signal);

  test("signs with the plugin's capability; if it has both, as notation does", async () => {
    assert.ok("sign" in (await open(can(raw))));
    assert.ok("envelop" in (await open(can(envelope))));
    assert.ok("sign" in (await open(can(envelope, raw))));
  });

  test("ignores unknown members", async () => {
    assert.ok("sign" in (await open({ "get-plugin-metadata": "deaf" })));
  });

  const bad: Readonly<Record<string, readonly [Moods, code: string, message: RegExp]>> = {
    "answers with nothing": [{ "get-plugin-metadata": "silence" }, "MALFORMED", /not JSON/],
    "has another name": [{ "get-plugin-metadata": { name: "other" } }, "PLUGIN_FAILED", /calls itself "other"/],
    "keeps to another contract": [{ "get-plugin-metadata": { supportedContractVersions: ["2.0"] } }, "UNSUPPORTED", /contract 2.0/],
    "verifies alone": [
      can("SIGNATURE_VERIFIER.TRUSTED_IDENTITY"),
      "UNSUPPORTED",
      /of SIGNATURE_VERIFIER\.TRUSTED_IDENTITY, expected SIGNATURE_GENERATOR\.RAW or SIGNATURE_GENERATOR\.ENVELOPE$/,
    ],
    "makes envelopes for files alone": [can("SIGNATURE_GENERATOR.ENVELOPE_FOR_BLOB"), "UNSUPPORTED", /ENVELOPE_FOR_BLOB, expected/],
    "can nothing": [can(), "UNSUPPORTED", /capable of nothing/],
    "says what it can in control codes": [can("\u001b[2JX"), "UNSUPPORTED", /capable of \[2JX, expected/],
  };
  for (const [name, [by, code, message]] of Object.entries(bad)) {
    test(`is not opened in one that ${name}`, () => assert.rejects(open(by), { code, message }));
  }

  test("an abort starts no process", async () => {
    const reason = new TouchmarkError("INTERRUPTED", "enough");
    await assert.rejects(openPluginKey(keyIn(folder), AbortSignal.abort(reason)), reason);
  });

  const names = ["", "..", "a/b", "../com.example.fake", "com.example.fake\n", "-x", "a".repeat(101)];
  for (const name of names) {
    test(`is not looked up under ${JSON.stringify(name.slice(0, 30))}`, () => assert.rejects(open({}, name), { code: "USAGE" }));
  }

  test("is run only from its own folder and file", async () => {
    const installed = join(folder, "plugins/com.example.fake/notation-com.example.fake");
    await assert.rejects(open({}, "missing"), { code: "FILE_NOT_FOUND", message: /missing is not installed/ });

    await mkdir(join(folder, "plugins/linked"));
    await symlink(installed, join(folder, "plugins/linked/notation-linked"));
    await assert.rejects(open({}, "linked"), { code: "PLUGIN_FAILED", message: /not a plain file/ });

    await symlink(join(folder, "plugins/com.example.fake"), join(folder, "plugins/elsewhere"));
    await assert.rejects(open({}, "elsewhere"), { code: "PLUGIN_FAILED", message: /not a plain folder/ });

    await mkdir(join(folder, "plugins/folder/notation-folder"), { recursive: true });
    await assert.rejects(open({}, "folder"), { code: "PLUGIN_FAILED", message: /not a plain file/ });

    await mkdir(join(folder, "plugins/text"));
    await writeFile(join(folder, "plugins/text/notation-text"), "text");
    await chmod(join(folder, "plugins/text/notation-text"), 0o644);
    await assert.rejects(open({}, "text"), { code: "PLUGIN_FAILED", message: /may not be executed/ });
    await chmod(join(folder, "plugins/text/notation-text"), 0o755);
    await assert.rejects(open({}, "text"), { code: "PLUGIN_FAILED", message: /text failed/ });
  });
});
