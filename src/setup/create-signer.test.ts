/** The library's signer: images and files, by a key or an identity, with settings that are checked. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { testClock } from "../../test/fakes/clock.ts";
import { putImage } from "../../test/fakes/signers.ts";
import type { RecordedEvent } from "../core/recorder.ts";
import { RecordFailed } from "../engine/recording.ts";
import { generateKey } from "../signers/file/generate-key.ts";
import { writeKeyPair } from "../signers/file/write-key-pair.ts";
import { copyImage } from "./copy-image.ts";
import { createSigner, type CreateSignerSettings } from "./create-signer.ts";
import { openRegistries } from "./registries.ts";
import { file, image } from "./subjects.ts";

async function place(t: TestContext): Promise<{ readonly path: (name: string) => string; readonly settings: CreateSignerSettings }> {
  const folder = await mkdtemp(join(tmpdir(), "touchmark-signer-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  const signal = AbortSignal.timeout(60_000);
  await writeKeyPair({ prefix: path("k"), privateKey: await generateKey(), password: "secret", signal });
  const local = { env: {}, home: folder, clock: testClock };
  const registries = await openRegistries({}, { ...local, signal });
  const { reference } = image(`oci:${path("layout")}:1.0`);
  await putImage(registries.open(reference), "hello", "1.0");
  const by = { kind: "file", key: path("k.key"), askPassword: async () => "secret" } as const;
  return { path, settings: { by, ...local } };
}

describe("createSigner", () => {
  it("signs an image once, and copies it with its signature", async (t) => {
    const { path, settings } = await place(t);
    const events: unknown[] = [];
    const recorder = { record: async ({ kind, actor }: RecordedEvent) => void events.push([kind, actor]) };
    const signer = createSigner({ ...settings, recorder });
    const subject = image(`oci:${path("layout")}:1.0`);
    const { signatures, warnings } = await signer.sign(subject, { annotations: { build: "42" }, actor: "ada" });
    assert.deepEqual([signatures.length, signatures[0]?.format, signatures[0]?.already, warnings], [1, "bundle", false, []]);
    const again = await signer.sign(subject, { annotations: { build: "42" } });
    assert.equal(again.signatures[0]?.already, true);
    assert.deepEqual(events, [["signed", "ada"]]);

    const copied = await copyImage(
      subject,
      image(`oci:${path("copy")}:2.0`),
      settings.home === undefined ? {} : { home: settings.home, env: {} },
    );
    assert.deepEqual([copied.tag, copied.attachments], ["2.0", 1]);
    await assert.rejects(copyImage(subject, image(`app@${copied.digest}`)), { code: "USAGE", message: /a destination has a tag/ });
  });

  it("loses no signature and no copy to a recorder that hangs", async (t) => {
    const { path, settings } = await place(t);
    const recorder = { record: () => new Promise<void>(() => {}) };
    const subject = image(`oci:${path("layout")}:1.0`);
    const failures: unknown[] = [];
    const recording = { recorder, recordTime: 20, onRecordFailure: (failure: unknown) => void failures.push(failure) };
    const { signatures } = await createSigner({ ...settings, ...recording }).sign(subject);
    assert.equal(signatures.length, 1);
    const local = { env: {}, home: path("."), clock: testClock };
    const copying = copyImage(subject, image(`oci:${path("copy")}:2.0`), { ...local, recorder, recordTime: 20 });
    await assert.rejects(copying, (thrown) => thrown instanceof RecordFailed && /"tag":"2.0"/.test(JSON.stringify(thrown.result)));
    assert.ok(failures.length > 0);
  });

  it("signs a file without writing one", async (t) => {
    const { path, settings } = await place(t);
    await writeFile(path("app.tar"), "content");
    const before = await readdir(path("."));
    const { made, evidence } = await createSigner(settings).sign(file(path("app.tar")));
    assert.match(made.digest, /^sha256:/);
    assert.ok(evidence.length > 0);
    assert.deepEqual(await readdir(path(".")), before);
    await assert.rejects(createSigner(settings).sign(file(path("none"))), { code: "FILE_NOT_FOUND" });
  });

  it("refuses unknown settings, and suggests the nearest one", async (t) => {
    const { settings } = await place(t);
    const misspelt: object = { ...settings, fromats: ["bundle"] };
    assert.throws(() => createSigner({ ...settings, ...misspelt }), {
      code: "USAGE",
      message: /no setting "fromats"; did you mean formats\?/,
    });
    assert.throws(() => createSigner({ ...settings, formats: ["gpg"] }), { code: "USAGE", hint: /bundle/ });
    assert.throws(() => image("UPPER"), { code: "INVALID_REFERENCE" });
  });

  it("does not memoise a failure: after a wrong password, the next call asks again", async (t) => {
    const { path, settings } = await place(t);
    const passwords = ["wrong", "secret"];
    const by = { kind: "file", key: path("k.key"), askPassword: async () => passwords.shift() ?? "" } as const;
    const signer = createSigner({ ...settings, by });
    const subject = image(`oci:${path("layout")}:1.0`);
    await assert.rejects(signer.sign(subject), { code: "WRONG_PASSWORD" });
    assert.equal((await signer.sign(subject)).signatures.length, 1);
  });

  it("names no command-line flag if a key or a password is missing", async (t) => {
    const { path, settings } = await place(t);
    const subject = image(`oci:${path("layout")}:1.0`);
    const by = { kind: "file", key: path("k.key") } as const;
    await assert.rejects(createSigner({ ...settings, by }).sign(subject), { code: "WRONG_PASSWORD", message: /no terminal to ask/ });
    const keyless = createSigner({ ...settings, by: { kind: "keyless" }, formats: ["notation"] });
    await assert.rejects(keyless.sign(subject), { code: "CERTIFICATE_REQUIRED", hint: "Name both, or a plugin that has them." });
    const plugin = createSigner({ ...settings, by: { kind: "plugin", plugin: "none", id: "key" } });
    await assert.rejects(plugin.sign(subject), { code: "USAGE", hint: "Sign in the format notation." });
  });

  it("stops if the signal is aborted", async (t) => {
    const { path, settings } = await place(t);
    const subject = image(`oci:${path("layout")}:1.0`);
    await assert.rejects(createSigner(settings).sign(subject, { signal: AbortSignal.abort() }), { code: "INTERRUPTED" });
  });
});
