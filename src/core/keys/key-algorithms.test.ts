import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { publicKeyOf, readPublicKey } from "./public-key.ts";

const vectors = new URL("../../../test/vectors/keys/", import.meta.url);

const accepted = {
  "cosign/ecdsa-p256.pub": { name: "ecdsa-p256", signs: "ecdsa-sha256" },
  "cosign/ecdsa-p384.pub": { name: "ecdsa-p384", signs: "ecdsa-sha384" },
  "cosign/ecdsa-p521.pub": { name: "ecdsa-p521", signs: "ecdsa-sha512" },
  "cosign/ed25519.pub": { name: "ed25519", signs: "ed25519" },
  "cosign/rsa-2048.pub": { name: "rsa", signs: "rsa-pkcs1-sha256" },
  "cosign/rsa-3072.pub": { name: "rsa", signs: "rsa-pkcs1-sha256" },
  "cosign/rsa-4096.pub": { name: "rsa", signs: "rsa-pkcs1-sha256" },
};

const refused = {
  "refused/rsa-1024.pem": /rsa 1024 bits/,
  "refused/rsa-8192.pem": /rsa 8192 bits/,
  "refused/secp256k1.pem": /ec secp256k1/,
  "refused/prime192v1.pem": /ec prime192v1/,
  "refused/dsa-2048.pem": /dsa 2048 bits/,
  "refused/x25519.pem": /x25519/,
  "refused/ed448.pem": /ed448/,
};

const read = (file: string) => publicKeyOf(createPublicKey(readFileSync(new URL(file, vectors))), "the key");

suite("key algorithms", () => {
  for (const [file, expected] of Object.entries(accepted)) {
    test(`${file} is ${expected.name} and signs with ${expected.signs}`, () => {
      const { algorithm } = read(file);
      assert.deepEqual({ name: algorithm.name, signs: algorithm.signs.name }, expected);
    });
  }

  test("an RSA key made for PSS only never signs or verifies PKCS#1", () => {
    const { publicKey } = generateKeyPairSync("rsa-pss", { modulusLength: 2048 });
    const { algorithm } = publicKeyOf(publicKey, "the key");
    assert.equal(algorithm.signs.name, "rsa-pss-sha256");
    assert(algorithm.reads.every(({ name }) => name.startsWith("rsa-pss-")));
  });

  for (const [file, message] of Object.entries(refused)) {
    test(`${file} is refused`, () => assert.throws(() => read(file), { code: "INVALID_KEY", message }));
  }

  test("an RSA key whose exponent is 1 is refused: any signature would verify", () => {
    const { n } = createPublicKey(readFileSync(new URL("cosign/rsa-2048.pub", vectors))).export({ format: "jwk" });
    assert(n !== undefined);
    const key = createPublicKey({ key: { kty: "RSA", n, e: "AQ" }, format: "jwk" });
    assert.throws(() => publicKeyOf(key, "the key"), { code: "INVALID_KEY" });
  });

  test("an RSA key whose exponent is as long as its modulus is refused: each verification would take a hundred times as long", () => {
    const { n = "" } = createPublicKey(readFileSync(new URL("cosign/rsa-3072.pub", vectors))).export({ format: "jwk" });
    for (const [e, isAccepted] of [
      [Buffer.alloc(375, 0xff), false],
      [Buffer.from("80000001", "hex"), false],
      [Buffer.from("7fffffff", "hex"), true],
    ] as const) {
      const spki = createPublicKey({ key: { kty: "RSA", n, e: e.toString("base64url") }, format: "jwk" }).export({
        format: "der",
        type: "spki",
      });
      if (isAccepted) assert.equal(readPublicKey(spki, "the key").algorithm.name, "rsa");
      else assert.throws(() => readPublicKey(spki, "the key"), { code: "INVALID_KEY" });
    }
  });

  test("bytes after a key are refused: they would give one key any number of fingerprints", () => {
    for (const file of Object.keys(accepted)) {
      const spki = createPublicKey(readFileSync(new URL(file, vectors))).export({ format: "der", type: "spki" });
      assert.equal(readPublicKey(spki, file).fingerprint, read(file).fingerprint);
      assert.throws(() => readPublicKey(Buffer.concat([spki, Buffer.alloc(1)]), file), { code: "INVALID_KEY" }, file);
    }
  });

  test("a P-256 key over another generator is refused: anyone could compute its private key", () => {
    const named = createPublicKey(readFileSync(new URL("cosign/ecdsa-p256.pub", vectors))).export({ format: "der", type: "spki" });
    assert.throws(() => publicKeyOf(createPublicKey({ key: withForeignGenerator(named), format: "der", type: "spki" }), "the key"), {
      code: "INVALID_KEY",
    });
  });
});

/** SubjectPublicKeyInfo with explicit curve parameters (SEC 1, C.2) in which the key itself is the generator: CVE-2020-0601. */
function withForeignGenerator(spki: Buffer): Buffer {
  const point = spki.subarray(-65);
  const head =
    "3082014b3082010306072a8648ce3d02013081f7020101302c06072a8648ce3d0101022100ffffffff00000001000000000000000000000000ffffffffffffffffffffffff" +
    "305b0420ffffffff00000001000000000000000000000000fffffffffffffffffffffffc04205ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b" +
    "031500c49d360886e704936a6678e1139d26b7819f7e900441";
  const order = "022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101034200";
  return Buffer.concat([Buffer.from(head, "hex"), point, Buffer.from(order, "hex"), point]);
}
