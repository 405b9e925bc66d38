import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readPublicKeyFile, readTrust } from "./key-files.ts";

const path = (file: string) => fileURLToPath(new URL(`../../test/vectors/keys/${file}`, import.meta.url));
const p256 = path("cosign/ecdsa-p256.pub");
const ed25519 = path("cosign/ed25519.pub");
const env = { RELEASE_KEY: readFileSync(p256, "utf8"), BROKEN: "no key" };

suite("key files", () => {
  test("trust holds the keys in order, each under its reference", async () => {
    const trust = await readTrust([ed25519, "env://RELEASE_KEY"], { env });
    assert.deepEqual(
      trust.keys.map(({ name, publicKey }) => [name, publicKey.algorithm.name]),
      [
        [ed25519, "ed25519"],
        ["env://RELEASE_KEY", "ecdsa-p256"],
      ],
    );
  });

  test("trust depends on the keys and not on where they are read", async () => {
    const [files, mixed, one] = await Promise.all([
      readTrust([ed25519, p256], { env }),
      readTrust(["env://RELEASE_KEY", ed25519, p256], { env }),
      readTrust([p256], { env }),
    ]);
    assert.equal(files.digest, mixed.digest);
    assert.equal(mixed.keys.length, 2);
    assert.notEqual(one.digest, files.digest);
  });

  test("one key that cannot be had fails it all, by name", async () => {
    const missing = path("cosign/missing.pub");
    await assert.rejects(readTrust([p256, missing], { env }), { code: "FILE_NOT_FOUND", message: /missing.pub: there is no such file/ });
    await assert.rejects(readTrust([p256, "env://BROKEN"], { env }), { code: "INVALID_KEY", message: /^env:\/\/BROKEN must hold one/ });
    await assert.rejects(readPublicKeyFile(path("cosign/ecdsa-p256.key"), { env }), {
      code: "INVALID_KEY",
      message: /holds a private key/,
    });
    await assert.rejects(readPublicKeyFile("env://UNSET", { env }), { code: "FILE_NOT_FOUND" });
  });

  test("the signal ends it", async () => {
    await assert.rejects(readTrust([p256], { env, signal: AbortSignal.abort() }), { code: "INTERRUPTED" });
  });
});
