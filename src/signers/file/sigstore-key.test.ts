import assert from "node:assert/strict";
import { generateKeyPairSync, scryptSync } from "node:crypto";
import { suite, test } from "node:test";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { encodeUtf8 } from "../../core/bytes.ts";
import { parsePem } from "../../core/asn1/pem.ts";
import { decryptSigstoreKey, encryptSigstoreKey, parseSigstoreKey } from "./sigstore-key.ts";

const sound = {
  kdf: { name: "scrypt", params: { N: 16384, r: 8, p: 1 }, salt: "c2FsdA==" },
  cipher: { name: "nacl/secretbox", nonce: Buffer.alloc(24).toString("base64") },
  ciphertext: Buffer.alloc(40).toString("base64"),
};
const parse = (document: unknown) => parseSigstoreKey(encodeUtf8(JSON.stringify(document)), "key");
const withParams = (params: object) => ({ ...sound, kdf: { ...sound.kdf, params: { ...sound.kdf.params, ...params } } });

suite("encrypted sigstore keys", { concurrency: true }, () => {
  test("an encrypted key can be decrypted, and its text differs each time", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const [one, other] = await Promise.all([encryptSigstoreKey(privateKey, "pässword"), encryptSigstoreKey(privateKey, "pässword")]);
    const [block] = parsePem(encodeUtf8(one), "one");
    assert.equal(block?.label, "ENCRYPTED SIGSTORE PRIVATE KEY");
    const parsed = parseSigstoreKey(block.bytes, "one");
    assert.equal(parsed.n, 65536);
    const decrypted = await decryptSigstoreKey(parsed, encodeUtf8("pässword"), "one");
    assert(decrypted.equals(privateKey));
    assert.notEqual(one.split("\n")[3], other.split("\n")[3]);
  });

  test("every N within the bounds is accepted, also the 2^15 of older versions", () => {
    for (const n of [2 ** 14, 2 ** 15, 2 ** 16, 2 ** 20]) assert.equal(parse(withParams({ N: n })).n, n);
  });

  test("a broken or truncated box is not decrypted", async () => {
    for (const length of [0, 15, 40]) {
      const key = parse({ ...sound, ciphertext: Buffer.alloc(length).toString("base64") });
      await assert.rejects(decryptSigstoreKey(key, "", "broken.key"), {
        code: "WRONG_PASSWORD",
        message: "the password does not open broken.key",
      });
    }
  });

  test("a box that contains something else is INVALID_KEY", async () => {
    const key = scryptSync("", Buffer.from("salt"), 32, { N: 16384, r: 8, p: 1 });
    const ciphertext = xsalsa20poly1305(key, Buffer.alloc(24)).encrypt(encodeUtf8("a letter"));
    const parsed = parse({ ...sound, ciphertext: Buffer.from(ciphertext).toString("base64") });
    await assert.rejects(decryptSigstoreKey(parsed, "", "odd.key"), {
      code: "INVALID_KEY",
      message: /the decrypted content of odd.key is not a private key/,
    });
  });

  const refused: Record<string, { document: unknown; message: RegExp }> = {
    "no object": { document: [], message: /key is not an object/ },
    "no kdf": { document: { ...sound, kdf: null }, message: /key.kdf/ },
    "another kdf": {
      document: { ...sound, kdf: { ...sound.kdf, name: "pbkdf2" } },
      message: /key.kdf.name is "pbkdf2", expected "scrypt"/,
    },
    "another cipher": { document: { ...sound, cipher: { ...sound.cipher, name: "none" } }, message: /key.cipher.name is "none"/ },
    "a short nonce": { document: { ...sound, cipher: { ...sound.cipher, nonce: "AAAA" } }, message: /nonce's length is 3, expected 24/ },
    "a salt that is not base64": { document: { ...sound, kdf: { ...sound.kdf, salt: "*" } }, message: /key.kdf.salt is not base64/ },
    "N of a terabyte": { document: withParams({ N: 2 ** 30 }), message: /N is 1073741824, expected a power of two/ },
    "N next to nothing": { document: withParams({ N: 2 }), message: /N is 2,/ },
    "N that is no power of two": { document: withParams({ N: 65535 }), message: /N is 65535,/ },
    "N that is a string": { document: withParams({ N: "65536" }), message: /params.N is not/ },
    "another r": { document: withParams({ r: 1024 }), message: /params.r is 1024, expected 8/ },
    "another p": { document: withParams({ p: 1_000_000 }), message: /params.p is 1000000, expected 1/ },
  };
  for (const [what, { document, message }] of Object.entries(refused)) {
    test(`refuses ${what}, before deriving a key`, () => assert.throws(() => parse(document), { code: "MALFORMED", message }));
  }
});
