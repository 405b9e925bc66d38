import assert from "node:assert/strict";
import { createPublicKey, createSecretKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { encodeUtf8 } from "./bytes.ts";
import { Fields, parseJson } from "./json.ts";
import { bundleHint, publicKeyOf, verifies } from "./public-key.ts";

const vectors = new URL("../../test/vectors/keys/cosign/", import.meta.url);

suite("public keys", () => {
  test("a private key and its public half are one key", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    assert.equal(publicKeyOf(privateKey, "a").fingerprint, publicKeyOf(publicKey, "b").fingerprint);
    assert.equal(publicKeyOf(privateKey, "a").key.type, "public");
  });

  test("a secret is no key to verify with", () => {
    assert.throws(() => publicKeyOf(createSecretKey(Buffer.from("secret")), "the key"), {
      code: "INVALID_KEY",
      message: /^the key is a secret/,
    });
  });

  test("a curve spelt out, or a point compressed, makes no other key of it", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const spki = publicKey.export({ format: "der", type: "spki" });
    const header = spki.subarray(0, -65);
    const compressed = Buffer.concat([header, Buffer.of(2 + (spki.readUInt8(spki.length - 1) & 1)), spki.subarray(-64, -32)]);
    compressed.writeUInt8(compressed.length - 2, 1);
    compressed.writeUInt8(34, header.length - 2);
    const other = createPublicKey({ key: compressed, format: "der", type: "spki" });
    assert.equal(publicKeyOf(other, "compressed").fingerprint, publicKeyOf(publicKey, "usual").fingerprint);
  });

  test("T31: a signature counts only in a scheme of the key's own algorithm", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const key = publicKeyOf(privateKey, "the key");
    const message = encodeUtf8("touchmark");
    assert.equal(await verifies(key, message, sign("sha384", message, privateKey)), true);
    assert.equal(await verifies(key, message, sign("sha256", message, privateKey)), false);
    assert.equal(await verifies(key, message, sign("sha384", message, { key: privateKey, dsaEncoding: "ieee-p1363" })), false);
  });

  test("cosign's own hint and pre-hashed Ed25519 signature fit the key", async () => {
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
