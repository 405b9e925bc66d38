import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { attribute, makeResponse, makeToken, oids, type TokenParts } from "../../../test/fakes/timestamp-authority.ts";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { isContentSigned, isSignedWith } from "./cms.ts";
import { contextTag, encodeDer, tags } from "../asn1/der.ts";
import { hash } from "../keys/hash.ts";
import { bareToken, isImprintOf, parseTimestampToken } from "./timestamp-token.ts";
import { parseCertificate } from "../x509/certificate.ts";
import { bitString, commonName, integer, makeDer, makeKey, octetString, oid, sequence, utf8 } from "../x509/fixture.test.ts";

const key = makeKey();
const certificate = makeDer({ subject: "tsa", issuer: "root", key });
const message = Buffer.from("signature");
const at = Date.UTC(2026, 1, 3, 4, 5, 6);
const make = (parts: Partial<TokenParts> = {}) => makeToken({ certificate, privateKey: key.privateKey, message, at, ...parts });
const parse = (parts: Partial<TokenParts>) => parseTimestampToken(make(parts));
const withInfo = (...more: readonly Uint8Array[]) => parse({ info: (usual) => ({ ...usual, more }) });
const implicit = (number: number, value: number) => encodeDer(contextTag(number, "primitive"), Uint8Array.of(value));
const generalizedTime = (text: string) => encodeDer(tags.generalizedTime, Buffer.from(text));

suite("timestamp tokens", () => {
  test("are read bare and in a response", async () => {
    for (const bytes of [make(), makeResponse(0, make()), makeResponse(1, make())]) {
      const token = parseTimestampToken(bytes);
      assert.equal(token.at, at);
      assert.equal(token.accuracy, undefined);
      assert.ok(isImprintOf(token, message));
      assert.ok(!isImprintOf(token, Buffer.from("signatura")));
      assert.deepEqual(token.signers, [{ algorithm: "sha256", digest: hash("sha256", certificate) }]);
      assert.deepEqual(token.signedData.certificates.map(Buffer.from), [certificate]);
      assert.ok(isContentSigned(token.signedData));
      assert.ok(await isSignedWith(token.signedData, parseCertificate(certificate).publicKey));
      assert.ok(!(await isSignedWith(token.signedData, parseCertificate(makeDer({ key: makeKey() })).publicKey)));
    }
  });

  test("are extracted from a response that grants them", () => {
    const token = make();
    for (const bytes of [token, makeResponse(0, token)]) assert.deepEqual(Buffer.from(bareToken(bytes)), Buffer.from(token));
    assert.throws(() => bareToken(makeResponse(2)), { code: "TIMESTAMP_INVALID" });
  });

  test("give the time to the millisecond, and the accuracy, rounded up", () => {
    const accuracy = (...parts: readonly Uint8Array[]) => withInfo(sequence(...parts)).accuracy;
    assert.equal(accuracy(integer(2)), 2000);
    assert.equal(accuracy(integer(1), implicit(0, 5), implicit(1, 1)), 1006);
    assert.equal(accuracy(implicit(1, 100)), 1);
    assert.equal(accuracy(), 0);
    const baseline = oid("0.4.0.2023.1.1"); // a policy with an accuracy of one second
    assert.equal(parse({ info: (usual) => ({ ...usual, policy: baseline }) }).accuracy, 1000);
    assert.equal(parse({ info: (usual) => ({ ...usual, policy: baseline, more: sequence(integer(3)) }) }).accuracy, 3000);
    assert.equal(parse({ info: (usual) => ({ ...usual, at: generalizedTime("20260203040506.1239Z") }) }).at, at + 123);
  });

  test("give the nonce of the request", () => {
    assert.equal(withInfo(integer(9)).nonce, 9n);
    assert.equal(parse({}).nonce, undefined);
  });

  test("may contain fields that are not used", () => {
    const ordering = encodeDer(tags.boolean, Uint8Array.of(0xff));
    const authority = encodeDer(contextTag(0), encodeDer(contextTag(4), commonName("tsa")));
    const extensions = encodeDer(contextTag(1), sequence(oid("1.2.3"), octetString()));
    assert.equal(withInfo(sequence(integer(1)), ordering, integer(9), authority, extensions).accuracy, 1000);
    const two = [sequence(octetString(hash("sha256", certificate))), sequence(octetString(new Uint8Array(32)))];
    const policies = sequence(sequence(oid("1.2.3")));
    const signers = (value: Uint8Array) => parse({ attributes: (usual) => ({ ...usual, signingCertificate: value }) }).signers;
    assert.equal(signers(attribute(oids.signingCertificateV2, sequence(sequence(...two), policies))).length, 1);
    const v1 = attribute(oids.signingCertificate, sequence(sequence(sequence(octetString(hash("sha1", certificate))))));
    assert.deepEqual(signers(v1), [{ algorithm: "sha1", digest: hash("sha1", certificate) }]);
    const both = parse({ attributes: (usual) => ({ ...usual, more: v1 }) }).signers;
    assert.deepEqual(
      both.map(({ algorithm }) => algorithm),
      ["sha1", "sha256"],
    );
  });

  const otherSigner = (value: Uint8Array): Partial<TokenParts> => ({
    attributes: (usual) => ({ ...usual, signingCertificate: attribute(oids.signingCertificateV2, value) }),
  });
  const id = octetString(hash("sha256", certificate));
  const critical = encodeDer(tags.boolean, Uint8Array.of(0xff));
  const refused: Record<string, { parts: Partial<TokenParts>; message: RegExp }> = {
    "version 2": { parts: { info: (usual) => ({ ...usual, version: integer(2) }) }, message: /version is 2, expected 1/ },
    "an imprint of SHA-1": {
      parts: {
        info: (usual) => ({ ...usual, imprint: sequence(sequence(oid(oids.sha1)), octetString(hash("sha1", message))) }),
      },
      message: /1\.3\.14\.3\.2\.26, expected SHA-256/,
    },
    "a time without seconds": {
      parts: { info: (usual) => ({ ...usual, at: generalizedTime("202602030405Z") }) },
      message: /not a time in UTC/,
    },
    "a time of two-digit years": {
      parts: { info: (usual) => ({ ...usual, at: encodeDer(tags.utcTime, Buffer.from("260203040506Z")) }) },
      message: /genTime has the tag 0x17/,
    },
    "a time of another zone": {
      parts: { info: (usual) => ({ ...usual, at: generalizedTime("20260203040506+0100") }) },
      message: /not a time in UTC/,
    },
    "a negative accuracy": { parts: { info: (usual) => ({ ...usual, more: sequence(integer(0xff)) }) }, message: /accuracy has -1/ },
    "a critical extension": {
      parts: { info: (usual) => ({ ...usual, more: encodeDer(contextTag(1), sequence(oid("1.2.3"), critical, octetString())) }) },
      message: /critical extension 1\.2\.3/,
    },
    "more than there can be": { parts: { info: (usual) => ({ ...usual, more: octetString() }) }, message: /1 more value/ },
    "another content": { parts: { contentType: oids.data }, message: /holds 1\.2\.840\.113549\.1\.7\.1, expected a TSTInfo/ },
    "no signer": { parts: { signerInfos: () => [] }, message: /0 values, expected one/ },
    "two signers": { parts: { signerInfos: (usual) => [usual, usual] }, message: /2 values, expected one/ },
    "an attribute twice": {
      parts: { attributes: (usual) => ({ ...usual, more: usual.messageDigest }) },
      message: /1\.2\.840\.113549\.1\.9\.4 twice/,
    },
    "an attribute of two values": {
      parts: { attributes: (usual) => ({ ...usual, more: attribute("1.2.3", integer(1), integer(2)) }) },
      message: /1\.2\.3 has 2 values/,
    },
    "no signed attributes": {
      parts: { signer: (usual) => ({ ...usual, attributes: undefined }) },
      message: /signedAttrs has the tag 0x30, expected 0xa0/,
    },
    "a signer by its key identifier": {
      parts: { signer: (usual) => ({ ...usual, version: integer(3) }) },
      message: /signerInfo\.version is 3, expected 1/,
    },
    "no certificate identifier": {
      parts: { attributes: (usual) => ({ ...usual, signingCertificate: undefined }) },
      message: /does not say by a signed attribute/,
    },
    "an empty certificate identifier": { parts: otherSigner(sequence(sequence())), message: /names no certificate/ },
    "a certificate by SHA-1 in version 2": {
      parts: otherSigner(sequence(sequence(sequence(sequence(oid(oids.sha1)), id)))),
      message: /expected SHA-256/,
    },
    "an issuer that is no name": {
      parts: otherSigner(
        sequence(sequence(sequence(id, sequence(sequence(encodeDer(contextTag(6, "primitive"), utf8("a"))), integer(7))))),
      ),
      message: /tag 0x86, expected 0xa4/,
    },
  };
  for (const [what, { parts, message: expected }] of Object.entries(refused)) {
    test(`refuses ${what}`, () => assert.throws(() => parse(parts), { code: "MALFORMED", message: expected }));
  }

  test("a rejection by the authority throws", () => {
    const whys = encodeDer(tags.sequence, integer(2), sequence(utf8("\u001b[2Jno")), bitString(Uint8Array.of(0x80), 7));
    for (const bytes of [sequence(whys), makeResponse(2), makeResponse(2, make())]) {
      assert.throws(() => parseTimestampToken(bytes), {
        code: "TIMESTAMP_INVALID",
        message: "the timestamp authority answered rejection, expected granted",
      });
    }
    assert.throws(() => parseTimestampToken(makeResponse(99)), { message: /answered 99, expected granted/ });
    assert.throws(() => parseTimestampToken(makeResponse(0)), { code: "MALFORMED", message: /no timeStampToken/ });
    assert.throws(() => parseTimestampToken(sequence(sequence(integer(0)), make(), integer(0))), { code: "MALFORMED" });
  });

  test("are bounded", () => {
    assert.throws(() => parse({ certificates: [octetString(new Uint8Array(64 * 1024))] }), { code: "LIMIT_EXCEEDED" });
  });

  test("a token with any byte changed is read or throws a TouchmarkError", () => {
    const good = makeResponse(0, make());
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (index, byte) => {
        readsOrRefuses(
          () => isContentSigned(parseTimestampToken(Uint8Array.from(good, (old, i) => (i === index ? byte : old))).signedData),
          "MALFORMED",
          "TIMESTAMP_INVALID",
          "LIMIT_EXCEEDED",
        );
      }),
      { numRuns: 500 },
    );
  });
});
