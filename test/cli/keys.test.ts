import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { describe, it } from "node:test";
import { bench } from "./harness.ts";

describe("touchmark keys", () => {
  it("generates a pair for its owner alone, and never over a file that exists", async (t) => {
    const { run, path } = await bench(t);
    const made = await run("keys", "generate", "--output-key-prefix", path("k"), "-o", "json");
    assert.equal(made.status, 0, made.stderr);
    const { fingerprint, hint, algorithm } = JSON.parse(made.stdout);
    assert.equal(algorithm, "ecdsa-p256");
    if (process.platform !== "win32") assert.equal((await stat(path("k.key"))).mode & 0o777, 0o600);
    const key = await readFile(path("k.key"), "utf8");
    assert.match(key, /^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----/);

    const again = await run("keys", "generate", "--output-key-prefix", path("k"));
    assert.equal(again.status, 2);
    assert.match(again.stderr, /k\.key/);
    assert.equal(await readFile(path("k.key"), "utf8"), key);

    const shown = await run("keys", "show", path("k.pub"), "-o", "json");
    assert.deepEqual(JSON.parse(shown.stdout), { name: path("k.pub"), algorithm, fingerprint, hint });
    assert.equal(Buffer.from(hint, "base64").toString("hex"), fingerprint);
  });

  it("takes the password typed twice, and refuses two that differ", async (t) => {
    const { runWith, path } = await bench(t);
    const typed = ["one", "two"];
    const differing = await runWith(
      { env: {}, askSecret: async () => typed.shift() ?? "" },
      "keys",
      "generate",
      "--output-key-prefix",
      path("k"),
    );
    assert.equal(differing.status, 2);
    assert.match(differing.stderr, /differ/);
    await assert.rejects(stat(path("k.key")));

    const none = await runWith({ env: {} }, "keys", "generate", "--output-key-prefix", path("k"));
    assert.equal(none.status, 2);
    assert.match(none.stderr, /TOUCHMARK_PASSWORD/);
  });

  it("says which algorithms there are", async (t) => {
    const { run } = await bench(t);
    const { status, stderr } = await run("keys", "generate", "--algorithm", "dsa");
    assert.equal(status, 2);
    assert.match(stderr, /ecdsa-p256.*ed25519/);
  });
});
