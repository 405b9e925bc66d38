import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { it } from "node:test";
import { sliceBytes } from "../async/in-slices.ts";
import { concat } from "../bytes.ts";
import { publicKeyOf, verifies } from "./public-key.ts";
import { verifiesInSlices } from "./verifies-in-slices.ts";

const parts = [Buffer.alloc(20, "a"), Buffer.alloc(3 * sliceBytes + 1, "b")];
const whole = concat(parts);
const { signal } = new AbortController();
const pairs = [
  generateKeyPairSync("ec", { namedCurve: "P-256" }),
  generateKeyPairSync("ec", { namedCurve: "P-521" }),
  generateKeyPairSync("rsa", { modulusLength: 2048 }),
  generateKeyPairSync("ed25519"),
];

it("a signature verifies in slices if it verifies over the whole, for each kind of key", async () => {
  for (const { privateKey, publicKey } of pairs) {
    const key = publicKeyOf(publicKey, "key");
    const signature = key.algorithm.signs.sign(privateKey, whole);
    const broken = Buffer.from(signature).fill(0, 10, 12);
    for (const tried of [signature, broken, new Uint8Array()])
      assert.equal(await verifiesInSlices(key, parts, tried, signal), await verifies(key, whole, tried), key.algorithm.name);
    assert.equal(await verifiesInSlices(key, parts, signature, signal), true);
    assert.equal(await verifiesInSlices(key, [whole], signature, signal), true);
    assert.equal(await verifiesInSlices(key, [whole, Buffer.alloc(1)], signature, signal), false);
  }
});

it("verification stops when the signal is aborted", async () => {
  for (const { publicKey } of pairs) {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await assert.rejects(verifiesInSlices(publicKeyOf(publicKey, "key"), parts, new Uint8Array(64), controller.signal), {
      code: "INTERRUPTED",
    });
  }
});
