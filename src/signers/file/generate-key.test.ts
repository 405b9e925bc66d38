import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import { generateKey, isNewKeyAlgorithm, newKeyAlgorithms } from "./generate-key.ts";

suite("generateKey", () => {
  // The larger RSA keys take seconds, and differ only in size.
  for (const name of newKeyAlgorithms.filter((each) => each !== "rsa-3072" && each !== "rsa-4096")) {
    test(`generates ${name}, a supported kind of key`, async () => {
      assert(isNewKeyAlgorithm(name));
      const key = await generateKey(name);
      const { algorithm } = publicKeyOf(key, name);
      const bits = key.asymmetricKeyDetails?.modulusLength;
      assert.equal(bits === undefined ? algorithm.name : `${algorithm.name}-${bits}`, name);
    });
  }

  test("generates P-256 by default", async () => {
    assert.equal(publicKeyOf(await generateKey(), "new").algorithm.name, "ecdsa-p256");
  });

  test("refuses other names", () => {
    for (const name of ["p256", "rsa", "rsa-1024", "ED25519", "toString", ""]) assert.equal(isNewKeyAlgorithm(name), false, name);
  });
});
