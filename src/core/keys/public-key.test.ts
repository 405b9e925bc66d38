import assert from "node:assert/strict";
import { createPublicKey, createSecretKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { encodeUtf8 } from "../bytes.ts";
import { Fields, parseJson } from "../json/json.ts";
import { bundleHint, publicKeyOf, readPublicKey, verifies } from "./public-key.ts";

const vectors = new URL("../../../test/vectors/keys/cosign/", import.meta.url);

suite("public keys", () => {
  test("a private key and its public half give the same key", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    assert.equal(publicKeyOf(privateKey, "a").fingerprint, publicKeyOf(publicKey, "b").fingerprint);
    assert.equal(publicKeyOf(privateKey, "a").key.type, "public");
  });

  test("a secret key cannot verify", () => {
    assert.throws(() => publicKeyOf(createSecretKey(Buffer.from("secret")), "the key"), {
      code: "INVALID_KEY",
      message: /^the key is a secret/,
    });
  });

  test("a compressed point, or one marked as both, gives the same key", () => {
    for (const [namedCurve, size] of [
      ["P-256", 32],
      ["P-384", 48],
    ] as const) {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve });
      const spki = publicKey.export({ format: "der", type: "spki" });
      const header = spki.subarray(0, -2 * size - 1);
      const parity = (spki.at(-1) ?? 0) & 1;
      const compressed = Buffer.concat([header, Buffer.of(2 + parity), spki.subarray(-2 * size, -size)]);
      compressed.writeUInt8(compressed.length - 2, 1);
      compressed.writeUInt8(size + 2, header.length - 2);
      const hybrid = Buffer.from(spki);
      hybrid.writeUInt8(6 + parity, header.length);
      const usual = publicKeyOf(publicKey, "usual");
      assert.deepEqual(usual.spki, spki);
      for (const other of [compressed, hybrid, spki]) {
        assert.equal(readPublicKey(other, "other").fingerprint, usual.fingerprint);
        const key = createPublicKey({ key: other, format: "der", type: "spki" });
        assert.equal(publicKeyOf(key, "other").fingerprint, usual.fingerprint);
      }
    }
  });

  test("a key in the usual encoding is used without re-encoding", () => {
    for (const { publicKey } of [
      generateKeyPairSync("ed25519"),
      generateKeyPairSync("rsa", { modulusLength: 2048 }),
      generateKeyPairSync("ec", { namedCurve: "P-521" }),
    ]) {
      const spki = publicKey.export({ format: "der", type: "spki" });
      assert.deepEqual(readPublicKey(spki, "it").spki, spki);
      assert.equal(readPublicKey(spki, "it").fingerprint, publicKeyOf(publicKey, "it").fingerprint);
    }
    assert.throws(() => readPublicKey(Uint8Array.of(0x30, 0), "it"), { code: "INVALID_KEY", message: "it cannot be read" });
  });

  test("a signature counts only in a scheme of the key's own algorithm", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const key = publicKeyOf(privateKey, "the key");
    const message = encodeUtf8("touchmark");
    assert.equal(await verifies(key, message, sign("sha384", message, privateKey)), true);
    assert.equal(await verifies(key, message, sign("sha256", message, privateKey)), false);
    assert.equal(await verifies(key, message, sign("sha384", message, { key: privateKey, dsaEncoding: "ieee-p1363" })), false);
  });

  test("cosign's key hint and pre-hashed Ed25519 signature match the key", async () => {
    const key = publicKeyOf(createPublicKey(readFileSync(new URL("ed25519.pub", vectors))), "the key");
    const bundle = new Fields(parseJson(readFileSync(new URL("ed25519ph.bundle.json", vectors)), "bundle"), "bundle");
    assert.equal(bundleHint(key), bundle.fields("verificationMaterial").fields("publicKey").string("hint"));

    const signature = Buffer.from(bundle.fields("messageSignature").string("signature"), "base64");
    assert.equal(await verifies(key, encodeUtf8("touchmark"), signature), true);
    assert.equal(await verifies(key, encodeUtf8("touchmarks"), signature), false);
    signature.writeUInt8(signature.readUInt8(0) ^ 1);
    assert.equal(await verifies(key, encodeUtf8("touchmark"), signature), false);
  });
});
