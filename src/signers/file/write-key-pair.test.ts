import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdtempDisposable, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { failingFiles } from "../../../test/fakes/failing-files.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";
import { parsePrivateKey } from "./parse-private-key.ts";
import { writeKeyPair } from "./write-key-pair.ts";

const { signal } = new AbortController();
const newKey = (): KeyObject => generateKeyPairSync("ed25519").privateKey;
const temporary = () => mkdtempDisposable(join(tmpdir(), "touchmark-"));

suite("writeKeyPair", { concurrency: true }, () => {
  test("writes two matching files, the private one readable only by its owner", async () => {
    await using folder = await temporary();
    const privateKey = newKey();
    const written = await writeKeyPair({ prefix: join(folder.path, "release"), privateKey, password: "", signal });

    assert.deepEqual((await readdir(folder.path)).toSorted(), ["release.key", "release.pub"]);
    assert.deepEqual([written.privateKeyPath, written.publicKeyPath], [join(folder.path, "release.key"), join(folder.path, "release.pub")]);
    const publicKey = await readFile(written.publicKeyPath);
    assert.equal(publicKey.toString(), createPublicKey(privateKey).export({ format: "pem", type: "spki" }));
    assert.equal(parsePublicKey(publicKey, "release.pub").fingerprint, written.publicKey.fingerprint);

    const file = parsePrivateKey(await readFile(written.privateKeyPath), "release.key");
    assert(file.encrypted);
    assert((await file.decrypt("")).equals(privateKey));
    if (process.platform !== "win32") assert.equal((await stat(written.privateKeyPath)).mode & 0o777, 0o600);
  });

  for (const ending of ["key", "pub"]) {
    test(`writes nothing if the .${ending} file exists`, async () => {
      await using folder = await temporary();
      const existing = join(folder.path, `a.${ending}`);
      await writeFile(existing, "mine");
      await assert.rejects(writeKeyPair({ prefix: join(folder.path, "a"), privateKey: newKey(), password: "", signal }), {
        code: "FILE_EXISTS",
        message: `${existing} exists already`,
      });
      assert.deepEqual(await readdir(folder.path), [`a.${ending}`]);
      assert.equal(await readFile(existing, "utf8"), "mine");
    });
  }

  test("writes nothing through a dangling symbolic link", async () => {
    await using folder = await temporary();
    await symlink(join(folder.path, "elsewhere"), join(folder.path, "a.key"));
    await assert.rejects(writeKeyPair({ prefix: join(folder.path, "a"), privateKey: newKey(), password: "", signal }), {
      code: "FILE_EXISTS",
    });
    assert.deepEqual(await readdir(folder.path), ["a.key"]);
  });

  for (const kind of ["failed", "failed but persisted"] as const) {
    for (const [step, call] of [
      ["sync", 2],
      ["sync folder", 1],
      ["sync folder", 2],
    ] as const) {
      test(`leaves neither file if ${step} ${call} ${kind}`, { skip: process.platform === "win32" }, async () => {
        await using folder = await temporary();
        const { files } = failingFiles({ step, kind, call });
        const written = writeKeyPair({ prefix: join(folder.path, "a"), privateKey: newKey(), password: "", signal, files });
        await assert.rejects(written, { code: "FILE_NOT_FOUND" });
        assert.deepEqual(await readdir(folder.path), []);
      });
    }
  }

  test("removes the private file again if the public one appears meanwhile", async () => {
    await using folder = await temporary();
    const prefix = join(folder.path, "a");
    const privateKey = newKey();
    const exportKey = privateKey.export.bind(privateKey);
    // Another writer creates the file after the check and before the write, while the key is exported.
    Object.defineProperty(privateKey, "export", {
      value: (options: { format: "der"; type: "pkcs8" }) => {
        writeFileSync(`${prefix}.pub`, "mine");
        return exportKey(options);
      },
    });
    await assert.rejects(writeKeyPair({ prefix, privateKey, password: "", signal }), { code: "FILE_EXISTS", message: /a\.pub exists/ });
    assert.deepEqual(await readdir(folder.path), ["a.pub"]);
    assert.equal(await readFile(`${prefix}.pub`, "utf8"), "mine");
  });

  test("of two concurrent calls, one succeeds completely", async () => {
    await using folder = await temporary();
    const prefix = join(folder.path, "a");
    const outcomes = await Promise.allSettled([1, 2].map(() => writeKeyPair({ prefix, privateKey: newKey(), password: "", signal })));
    const [won, ...more] = outcomes.filter((outcome) => outcome.status === "fulfilled");
    assert(won && more.length === 0);
    assert.deepEqual((await readdir(folder.path)).toSorted(), ["a.key", "a.pub"]);
    assert.equal(parsePublicKey(await readFile(`${prefix}.pub`), "a.pub").fingerprint, won.value.publicKey.fingerprint);
  });

  test("names the path that it cannot write", async () => {
    await using folder = await temporary();
    const prefix = join(folder.path, "missing", "a");
    await assert.rejects(writeKeyPair({ prefix, privateKey: newKey(), password: "", signal }), {
      code: "FILE_NOT_FOUND",
      message: /^cannot write .*a\.(key|pub): ENOENT$/,
    });
  });

  test("an abort leaves no files behind", async () => {
    await using folder = await temporary();
    const reason = new TouchmarkError("INTERRUPTED", "interrupted");
    const options = { prefix: join(folder.path, "a"), privateKey: newKey(), password: "", signal: AbortSignal.abort(reason) };
    await assert.rejects(writeKeyPair(options), reason);
    assert.deepEqual(await readdir(folder.path), []);
  });
});
