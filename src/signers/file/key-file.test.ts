import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { encodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { verifies } from "../../core/keys/public-key.ts";
import type { SignRequest } from "../../core/signer.ts";
import { openKeyFile, type KeyFileSource } from "./key-file.ts";

const path = (file: string) => fileURLToPath(new URL(`../../../test/vectors/keys/${file}`, import.meta.url));
const { signal } = new AbortController();
const request: SignRequest = {
  content: { kind: "message", message: encodeUtf8("message") },
  bytes: encodeUtf8("message"),
  claim: { kind: "signature", subject: `sha256:${"0".repeat(64)}`, annotations: {} },
};

/** A signer for a file, and how often its password was requested. */
function open(file: string, password = "correct-horse") {
  let asked = 0;
  const source: KeyFileSource = {
    reference: file,
    env: { SIGNING_KEY: readFileSync(path("openssl/pkcs8.pem"), "utf8") },
    async password() {
      asked++;
      return password;
    },
  };
  return { signer: openKeyFile(source), timesAsked: () => asked };
}

suite("openKeyFile", { concurrency: true }, () => {
  test("decrypts once for concurrent requests", async () => {
    const { signer, timesAsked } = open(path("cosign/ecdsa-p256.key"));
    assert.equal(timesAsked(), 0, "nothing is asked before the key is needed");
    const [{ publicKey }, signed] = await Promise.all([signer.describe(signal), signer.sign(request, signal)]);
    await signer.sign(request, signal);
    assert.equal(timesAsked(), 1);
    assert.equal(signed.by.publicKey, publicKey);
    assert.equal(await verifies(publicKey, request.bytes, signed.signature), true);
    assert.equal(await verifies(publicKey, encodeUtf8("another"), signed.signature), false);
  });

  for (const reference of ["env://SIGNING_KEY", path("openssl/pkcs1.pem"), path("openssl/sec1-with-parameters.pem")]) {
    test(`signs with ${reference.slice(reference.lastIndexOf("/") + 1)}, and requests no password`, async () => {
      const { signer, timesAsked } = open(reference);
      const { signature, by } = await signer.sign(request, signal);
      assert.equal(await verifies(by.publicKey, request.bytes, signature), true);
      assert.equal(timesAsked(), 0);
    });
  }

  test("a wrong password is reported without its text, and may be corrected", async () => {
    const answers = ["hunter2", "correct-horse"];
    const signer = openKeyFile({ reference: path("cosign/ed25519.key"), env: {}, password: async () => answers.shift() ?? "" });
    await assert.rejects(signer.sign(request, signal), (error) => {
      assert(error instanceof TouchmarkError && error.code === "WRONG_PASSWORD");
      assert.doesNotMatch(inspect(error, { depth: 9 }), /hunter2/);
      return true;
    });
    assert.equal((await signer.describe(signal)).publicKey.algorithm.name, "ed25519");
  });

  test("an error of the password prompt is passed on", async () => {
    const reason = new Error("nobody there");
    const signer = openKeyFile({ reference: path("cosign/ed25519.key"), env: {}, password: () => Promise.reject(reason) });
    await assert.rejects(signer.describe(signal), reason);
  });

  test("names a file that is missing or holds no private key", async () => {
    await assert.rejects(open(path("cosign/missing.key")).signer.describe(signal), { code: "FILE_NOT_FOUND", message: /missing.key/ });
    await assert.rejects(open(path("cosign/ed25519.pub")).signer.describe(signal), {
      code: "INVALID_KEY",
      message: /ed25519.pub is a public key/,
    });
    await assert.rejects(open("env://UNSET").signer.describe(signal), { code: "FILE_NOT_FOUND" });
  });

  test("after an abort, no password is requested and nothing is signed", async () => {
    const reason = new TouchmarkError("INTERRUPTED", "interrupted");
    const { signer, timesAsked } = open(path("cosign/ed25519.key"));
    await assert.rejects(signer.describe(AbortSignal.abort(reason)), reason);
    assert.equal(timesAsked(), 0);
    await signer.describe(signal);
    await assert.rejects(signer.sign(request, AbortSignal.abort(reason)), reason);
  });
});
