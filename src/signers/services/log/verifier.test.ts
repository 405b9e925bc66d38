import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { suite, test } from "node:test";
import { toHex } from "../../../core/bytes.ts";
import { publicKeyOf } from "../../../core/keys/public-key.ts";
import type { LoggedSignature } from "../../../verification/logged-signature.ts";
import { signed } from "../fixture.test.ts";
import { hashOfSigned, keyDetailsOf, pemOf } from "./verifier.ts";

const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).publicKey;
const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).publicKey;
const by = (key: ReturnType<typeof ec>): LoggedSignature["verifier"] => ({ kind: "key", key: publicKeyOf(key, "key") });
const message = Buffer.from("message");

suite("the verifier in a log request", () => {
  for (const [key, details, algorithm] of [
    [ec("P-256"), "PKIX_ECDSA_P256_SHA_256", "sha256"],
    [ec("P-384"), "PKIX_ECDSA_P384_SHA_384", "sha384"],
    [ec("P-521"), "PKIX_ECDSA_P521_SHA_512", "sha512"],
    [rsa(2048), "PKIX_RSA_PKCS1V15_2048_SHA256", "sha256"],
  ] as const) {
    test(`is ${details}, with the hash that it signs`, () => {
      assert.equal(keyDetailsOf(by(key)), details);
      const hashed = hashOfSigned({ signature: message, content: { kind: "message", message }, verifier: by(key) });
      assert.equal(hashed.algorithm, algorithm);
      assert.deepEqual(Buffer.from(hashed.digest), createHash(algorithm).update(message).digest());
    });
  }

  test("is the PEM of the key or its certificate", () => {
    const key = ec("P-256");
    assert.equal(pemOf(by(key)), key.export({ format: "pem", type: "spki" }));
    assert.match(pemOf(signed("x", "certificate").verifier), /^-----BEGIN CERTIFICATE-----\n/);
  });

  test("is undefined for keys without a log name, or without a hash", () => {
    const ed25519 = by(generateKeyPairSync("ed25519").publicKey);
    assert.throws(() => keyDetailsOf(ed25519), { code: "UNSUPPORTED", message: /no name for a key of ed25519/ });
    assert.throws(() => keyDetailsOf(by(rsa(2056))), { code: "UNSUPPORTED", message: /no name for a key of rsa of 2056 bits/ });
    assert.throws(() => hashOfSigned({ ...signed("x"), verifier: ed25519 }), { code: "UNSUPPORTED", message: /over no hash/ });
  });

  test("has the hash of a message that is given by its hash, if that is the signed one", () => {
    const sha256 = createHash("sha256").update(message).digest("hex");
    const known = (key: ReturnType<typeof ec>): LoggedSignature => ({
      signature: message,
      content: { kind: "digest", sha256 },
      verifier: by(key),
    });
    assert.equal(toHex(hashOfSigned(known(ec("P-256"))).digest), sha256);
    assert.throws(() => hashOfSigned(known(ec("P-384"))), { code: "UNSUPPORTED", message: /over the sha384 hash/ });
  });
});
