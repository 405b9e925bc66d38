import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { inspect } from "node:util";
import { decodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { readSource } from "./read-source.ts";

const options = { maxBytes: 8, env: { KEY: "12345678", EMPTY: "", LONG: "123456789" } };
const temporary = () => mkdtempDisposable(join(tmpdir(), "touchmark-"));

suite("readSource", () => {
  test("reads a file up to the bound, and not one byte more", async () => {
    await using folder = await temporary();
    const path = join(folder.path, "file");
    await writeFile(path, "");
    assert.equal(decodeUtf8(await readSource(path, options)), "");
    await writeFile(path, "12345678");
    assert.equal(decodeUtf8(await readSource(path, options)), "12345678");
    await writeFile(path, "123456789");
    await assert.rejects(readSource(path, options), { code: "LIMIT_EXCEEDED", message: `${path} has more than the 8 bytes it may have` });
  });

  test("does not read an endless file to its end", { skip: process.platform === "win32" && "there is no /dev/zero" }, async () => {
    await assert.rejects(readSource("/dev/zero", options), { code: "LIMIT_EXCEEDED" });
  });

  test("reads a pipe without blocking the event loop", { skip: process.platform === "win32" && "there is no mkfifo" }, async () => {
    await using folder = await temporary();
    const path = join(folder.path, "pipe");
    execFileSync("mkfifo", [path]);
    const reading = readSource(path, options);
    await writeFile(path, "12345678");
    assert.equal(decodeUtf8(await reading), "12345678");
    const tooMuch = assert.rejects(readSource(path, options), { code: "LIMIT_EXCEEDED" });
    await writeFile(path, "123456789");
    await tooMuch;
  });

  test("hears an interruption while no program writes into a pipe, and reads one that stays empty", async (t) => {
    if (process.platform === "win32") return t.skip("Windows has no named pipes in folders");
    await using folder = await temporary();
    const path = join(folder.path, "pipe");
    execFileSync("mkfifo", [path]);
    const interruption = new AbortController();
    const reason = new TouchmarkError("TIMEOUT", "enough");
    const reading = assert.rejects(readSource(path, { ...options, signal: interruption.signal }), reason);
    setImmediate(() => interruption.abort(reason));
    await reading;
    const empty = readSource(path, options);
    await writeFile(path, "");
    assert.equal((await empty).length, 0);
    return undefined;
  });

  test("reads a variable, even an empty one", async () => {
    assert.equal(decodeUtf8(await readSource("env://KEY", options)), "12345678");
    assert.equal(decodeUtf8(await readSource("env://EMPTY", options)), "");
    await assert.rejects(readSource("env://LONG", options), { code: "LIMIT_EXCEEDED" });
    await assert.rejects(readSource("env://key", options), { code: "FILE_NOT_FOUND", message: "env://key: the variable is not set" });
    await assert.rejects(readSource("env://toString", options), { code: "FILE_NOT_FOUND" });
  });

  test("reports what it could not read, and why", async () => {
    await using folder = await temporary();
    const missing = join(folder.path, "missing");
    await assert.rejects(readSource(missing, options), {
      code: "FILE_NOT_FOUND",
      message: `cannot read ${missing}: there is no such file`,
    });
    await assert.rejects(readSource(folder.path, options), {
      code: "FILE_NOT_FOUND",
      message: `cannot read ${folder.path}: it is a folder`,
    });
    await assert.rejects(readSource("", options), { code: "FILE_NOT_FOUND" });
  });

  test("refuses references of another kind", async () => {
    await assert.rejects(readSource("awskms:///alias/key", options), { code: "USAGE", message: /^awskms:\/\/ references/ });
    await assert.rejects(readSource("https://example.com/key.pub", options), { code: "USAGE" });
  });

  test("never quotes a key that was given instead of its path", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----\n";
    await assert.rejects(readSource(key, options), (error) => {
      assert.doesNotMatch(inspect(error), /MC4CAQ/);
      return true;
    });
  });

  test("never quotes the PIN in a PKCS #11 URI, which is not a file", async () => {
    await assert.rejects(readSource("pkcs11:token=team?pin-value=hunter2", options), (error) => {
      assert.match(inspect(error), /USAGE/);
      assert.doesNotMatch(inspect(error), /hunter2/);
      return true;
    });
  });

  test("throws the signal's abort reason as a TouchmarkError", async () => {
    const reason = new TouchmarkError("TIMEOUT", "enough");
    await assert.rejects(readSource(import.meta.filename, { ...options, signal: AbortSignal.abort(reason) }), reason);
    await assert.rejects(readSource(import.meta.filename, { ...options, signal: AbortSignal.abort() }), { code: "INTERRUPTED" });
  });
});
