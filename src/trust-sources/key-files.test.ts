import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readKeyDocument, readPublicKeyFile } from "./key-files.ts";

const path = (file: string) => fileURLToPath(new URL(`../../test/vectors/keys/${file}`, import.meta.url));
const p256 = path("cosign/ecdsa-p256.pub");
const ed25519 = path("cosign/ed25519.pub");
const env = { RELEASE_KEY: readFileSync(p256, "utf8"), BROKEN: "no key" };

suite("key files", () => {
  test("are read as documents with their text and reference", async () => {
    const read = await Promise.all([ed25519, "env://RELEASE_KEY"].map((reference) => readKeyDocument(reference, { env })));
    assert.deepEqual(read, [
      { name: ed25519, pem: readFileSync(ed25519, "utf8") },
      { name: "env://RELEASE_KEY", pem: env.RELEASE_KEY },
    ]);
  });

  test("a file that cannot be read is named in the error", async () => {
    const missing = path("cosign/missing.pub");
    await assert.rejects(readKeyDocument(missing, { env }), { code: "FILE_NOT_FOUND", message: /missing.pub: there is no such file/ });
    await assert.rejects(readPublicKeyFile("env://BROKEN", { env }), { code: "INVALID_KEY", message: /^env:\/\/BROKEN must hold one/ });
    await assert.rejects(readPublicKeyFile(path("cosign/ecdsa-p256.key"), { env }), {
      code: "INVALID_KEY",
      message: /holds a private key/,
    });
    await assert.rejects(readPublicKeyFile("env://UNSET", { env }), { code: "FILE_NOT_FOUND" });
  });

  test("the signal aborts the read", async () => {
    await assert.rejects(readKeyDocument(p256, { env, signal: AbortSignal.abort() }), { code: "INTERRUPTED" });
  });
});
