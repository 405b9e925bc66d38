/** Tests every Project Wycheproof vector (C2SP/wycheproof, `testvectors_v1`) for the supported schemes, and RFC 8032's for Ed25519ph. */
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { atOnce } from "../async/in-slices.ts";
import { corpusPath, skipWithout } from "../../../test/fakes/corpora.ts";
import { encodeUtf8 } from "../bytes.ts";
import { Fields, parseJson } from "../json/json.ts";
import { publicKeyOf, verifies } from "./public-key.ts";
import { ed25519ph, signingSchemes, type SigningSchemeName } from "./signature-schemes.ts";

interface Corpus {
  readonly scheme: SigningSchemeName;
  /**
   * Invalid for this scheme, but a valid signature of the same message by the same key in another scheme of the
   * key (flags WrongHash, WrongPrimitive). A key with several schemes accepts these.
   */
  readonly soundElsewhere?: readonly number[];
}

const corpora: Readonly<Record<string, Corpus>> = {
  ecdsa_secp256r1_sha256: { scheme: "ecdsa-sha256" },
  ecdsa_secp384r1_sha384: { scheme: "ecdsa-sha384" },
  ecdsa_secp521r1_sha512: { scheme: "ecdsa-sha512" },
  ecdsa_secp256r1_sha256_p1363: { scheme: "ecdsa-sha256-p1363" },
  ecdsa_secp384r1_sha384_p1363: { scheme: "ecdsa-sha384-p1363" },
  ecdsa_secp521r1_sha512_p1363: { scheme: "ecdsa-sha512-p1363" },
  ed25519: { scheme: "ed25519" },
  rsa_signature_2048_sha256: { scheme: "rsa-pkcs1-sha256", soundElsewhere: [221, 223, 257] },
  rsa_signature_3072_sha384: { scheme: "rsa-pkcs1-sha384", soundElsewhere: [222, 224, 259] },
  rsa_signature_4096_sha512: { scheme: "rsa-pkcs1-sha512", soundElsewhere: [222, 224, 259] },
  rsa_pss_2048_sha256_mgf1_32: { scheme: "rsa-pss-sha256", soundElsewhere: [108] },
  rsa_pss_3072_sha256_mgf1_32: { scheme: "rsa-pss-sha256", soundElsewhere: [108] },
  rsa_pss_2048_sha384_mgf1_48: { scheme: "rsa-pss-sha384", soundElsewhere: [140, 141] },
  rsa_pss_4096_sha384_mgf1_48: { scheme: "rsa-pss-sha384", soundElsewhere: [140, 141] },
  rsa_pss_4096_sha512_mgf1_64: { scheme: "rsa-pss-sha512", soundElsewhere: [178, 179] },
};

const skip = skipWithout("wycheproof");

function readCorpus(name: string): readonly Fields[] {
  const file = `${name}_test.json`;
  return new Fields(parseJson(readFileSync(corpusPath(`wycheproof/${file}`)), file), file).objects("testGroups", 1000);
}

suite("Wycheproof", { skip }, () => {
  for (const [name, { scheme, soundElsewhere = [] }] of Object.entries(corpora)) {
    test(`${name}: valid is accepted, all else refused`, async () => {
      const { verify, verifySliced } = signingSchemes[scheme];
      const elsewhere: number[] = [];
      for (const group of readCorpus(name)) {
        const der = Buffer.from(group.string("publicKeyDer"), "hex");
        const key = publicKeyOf(createPublicKey({ key: der, format: "der", type: "spki" }), group.at);
        const { reads } = key.algorithm;
        assert(reads.some((read) => read.name === scheme) || scheme.endsWith("-p1363"), `${key.algorithm.name} is read with ${scheme}`);

        for (const vector of group.objects("tests", 1000)) {
          const id = vector.size("tcId");
          const message = Buffer.from(vector.string("msg"), "hex");
          const signature = Buffer.from(vector.string("sig"), "hex");
          const isValid = vector.string("result") === "valid"; // the one "acceptable" vector in each PKCS#1 file lacks a NULL: refused
          assert.equal(verify(key.key, message, signature), isValid, `vector ${id}: ${vector.string("comment")}`);
          assert.equal(atOnce(await verifySliced(key.key, [message], signature)), isValid, `vector ${id}, in slices`);
          if (reads.length > 1 && (await verifies(key, message, signature)) !== isValid) elsewhere.push(id);
        }
      }
      assert.deepEqual(elsewhere, soundElsewhere, "vectors accepted in another scheme than the file's");
    });
  }
});

suite("Ed25519ph", () => {
  // RFC 8032, section 7.3
  const seed = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42";
  const signature = Buffer.from(
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406",
    "hex",
  );
  const pkcs8Head = "302e020100300506032b657004220420";
  const privateKey = createPrivateKey({ key: Buffer.from(pkcs8Head + seed, "hex"), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const abc = encodeUtf8("abc");

  test("the vector verifies, and fails once altered", async () => {
    assert.equal(await ed25519ph.verify(publicKey, abc, signature), true);
    assert.equal(await ed25519ph.verify(publicKey, encodeUtf8("abd"), signature), false);
    assert.equal(await ed25519ph.verify(publicKey, abc, signature.subarray(1)), false);
    assert.equal(await ed25519ph.verify(publicKey, abc, new Uint8Array()), false);
    assert.equal(await ed25519ph.verify(publicKey, abc, new Uint8Array(64).fill(0xff)), false);
    for (const [parts, made, isValid] of [
      [[abc], signature, true],
      [[encodeUtf8("a"), encodeUtf8("bc")], signature, true],
      [[encodeUtf8("abd")], signature, false],
      [[abc], signature.subarray(1), false],
      [[abc], new Uint8Array(), false],
      [[abc], new Uint8Array(64).fill(0xff), false],
    ] as const) {
      assert.equal(atOnce(await ed25519ph.verifySliced(publicKey, parts, made)), isValid);
      assert.equal(atOnce(await signingSchemes.ed25519.verifySliced(publicKey, parts, made)), false, "another scheme");
    }
  });

  test("pure and pre-hashed signatures are distinguished", async () => {
    assert.equal(signingSchemes.ed25519.verify(publicKey, abc, signature), false);
    assert.equal(await ed25519ph.verify(publicKey, abc, signingSchemes.ed25519.sign(privateKey, abc)), false);
  });
});

suite("signature schemes", () => {
  test("a key of another kind verifies nothing, and does not throw", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (const scheme of [...Object.values(signingSchemes), ed25519ph]) {
      assert.equal(await scheme.verify(publicKey, encodeUtf8("message"), new Uint8Array(64)), false, scheme.name);
    }
  });
});
