import assert from "node:assert/strict";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { corpusPath, skipWithout } from "../../../test/fakes/corpora.ts";
import { decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { TouchmarkError } from "../errors.ts";
import { encodeFlattenedJws, jwsToBeSigned, parseFlattenedJws } from "./jws.ts";

const base64Url = (text: string) => Buffer.from(text).toString("base64url");
const json = (value: unknown) => encodeUtf8(JSON.stringify(value));
const good = { payload: base64Url("{}"), protected: base64Url('{"alg":"ES256"}'), header: { x5c: [] }, signature: base64Url("signed") };
const parse = (change: object) => parseFlattenedJws(json({ ...good, ...change }), "envelope");

suite("flattened JWS", () => {
  test("a signed message verifies after it is written and read again", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const toSign = jwsToBeSigned({ alg: "ES256", crit: ["a"], a: "b" }, encodeUtf8('{"x":"ü"}'));
    const bytes = encodeFlattenedJws(toSign, { agent: "test" }, sign("sha256", toSign, { key: privateKey, dsaEncoding: "ieee-p1363" }));
    const jws = parseFlattenedJws(bytes, "envelope");
    assert.equal(decodeUtf8(jws.payload), '{"x":"ü"}');
    assert.equal(jws.protected.string("a"), "b");
    assert.equal(jws.header.string("agent"), "test");
    assert.ok(verify("sha256", jws.toBeSigned, { key: publicKey, dsaEncoding: "ieee-p1363" }, jws.signature));
  });

  test("the unprotected header is optional", () => {
    const { payload, protected: signedHeader, signature } = good;
    assert.deepEqual(parseFlattenedJws(json({ payload, protected: signedHeader, signature }), "envelope").header.object, {});
  });

  const refused: Readonly<Record<string, object>> = {
    "several signatures": { signatures: [] },
    "an unknown member": { extra: 1 },
    "no payload": { payload: undefined },
    "no protected header": { protected: undefined },
    "no signature": { signature: undefined },
    padding: { signature: "c2lnbmVkMQ==" },
    "standard base64": { signature: "+/+/" },
    "loose bits": { signature: "QR" },
    whitespace: { payload: "e3 0" },
    "a protected header that is no object": { protected: base64Url("[]") },
    "a protected header with a key twice": { protected: base64Url('{"alg":"ES256","alg":"PS256"}') },
    "a protected header that is not UTF-8": { protected: Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url") },
    "a header in both places": { header: { alg: "ES256" } },
    "a header that is a list": { header: [] },
  };
  for (const [name, change] of Object.entries(refused)) {
    test(`refuses ${name}`, () => assert.throws(() => parse(change), { code: "MALFORMED" }));
  }

  test("refuses more than its bounds allow, also in the protected header", () => {
    const deep = `${'{"a":'.repeat(70)}1${"}".repeat(70)}`;
    assert.throws(() => parse({ protected: base64Url(deep) }), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parseFlattenedJws(json(good), "envelope", { maxBytes: 20 }), { code: "LIMIT_EXCEEDED" });
  });

  test("any headers, payload and signature read back", () => {
    const headers = fc.dictionary(
      fc.string().map((name) => `p${name}`),
      fc.jsonValue({ maxDepth: 3 }),
    );
    fc.assert(
      fc.property(headers, fc.uint8Array(), fc.uint8Array(), (signedHeader, payload, signature) => {
        const object = JSON.parse(JSON.stringify(signedHeader));
        const jws = parseFlattenedJws(encodeFlattenedJws(jwsToBeSigned(object, payload), { u: 1 }, signature), "envelope");
        assert.deepEqual(jws.protected.object, object);
        assert.deepEqual([...jws.payload], [...payload]);
        assert.deepEqual([...jws.signature], [...signature]);
        assert.deepEqual(jws.toBeSigned, jwsToBeSigned(object, payload));
      }),
    );
  });

  test("any document is read or throws a TouchmarkError", () => {
    const text = fc.oneof(fc.json(), fc.string(), fc.json().map(base64Url));
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.record({ payload: text, protected: text, header: fc.jsonValue(), signature: text }).map(json),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          parseFlattenedJws(input, "envelope");
        } catch (thrown) {
          assert.ok(thrown instanceof TouchmarkError && ["MALFORMED", "LIMIT_EXCEEDED"].includes(thrown.code), String(thrown));
        }
      }),
    );
  });
});

const corpus = corpusPath("notation-core/jws-conformance.json");
const skip = skipWithout("notation-core");

suite("notation-core's JWS vector", { skip }, () => {
  test("an envelope is written byte for byte from its headers, payload and signature", () => {
    const vector: { readonly protected: string; readonly payload: string } = JSON.parse(readFileSync(corpus, "utf8"));
    const { signature } = parseFlattenedJws(readFileSync(corpus), "vector");
    const signedHeader = {
      alg: "ES256",
      crit: ["io.cncf.notary.signingScheme", "signedCritKey1", "io.cncf.notary.expiry"],
      cty: "application/vnd.cncf.notary.payload.v1+json",
      "io.cncf.notary.expiry": "2099-08-30T13:50:00Z",
      "io.cncf.notary.signingScheme": "notary.x509",
      "io.cncf.notary.signingTime": "2022-08-29T13:50:00Z",
      signedCritKey1: "signedCritValue1",
      signedKey1: "signedValue1",
      signedKey2: "signedValue1",
      signedKey3: "signedValue1",
      signedKey4: "signedValue1",
    };
    const toSign = jwsToBeSigned(signedHeader, encodeUtf8('{"key":"hello JWS"}'));
    assert.equal(decodeUtf8(toSign), `${vector.protected}.${vector.payload}`);
    const header = { "io.cncf.notary.signingAgent": "NotationConformanceTest/1.0.0" };
    assert.deepEqual(JSON.parse(decodeUtf8(encodeFlattenedJws(toSign, header, signature))), vector);
  });
});
