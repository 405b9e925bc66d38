import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { attribute, makeResponse, makeToken, oids, type TokenParts } from "../../test/fakes/timestamp-authority.ts";
import { encodeDer, tags } from "../core/asn1/der.ts";
import { hash } from "../core/keys/hash.ts";
import { parseCertificate } from "../core/x509/certificate.ts";
import {
  commonName,
  extensions,
  integer,
  makeDer,
  makeKey,
  octetString,
  oid,
  oids as usages,
  sequence,
} from "../core/x509/fixture.test.ts";
import type { CertificateAuthority } from "../trust/trusted-root.ts";
import { verifyTimestamp, type TimestampVerificationRequest } from "./verify-timestamp.ts";
import { verifyTimestamps } from "./verify-timestamps.ts";

const keys = { root: makeKey(), tsa: makeKey(), other: makeKey() };
const at = Date.UTC(2026, 5, 1, 12);
const stamped = Buffer.from("a signature");
const timeStamping = [extensions.digitalSignature, extensions.usage([usages.timeStamping], true)];
const ofRoot = { issuer: "root", signedBy: keys.root.privateKey };
const root = makeDer({ subject: "root", key: keys.root, extensions: [extensions.authority(), extensions.keyCertSign] });
const tsa = makeDer({ subject: "tsa", key: keys.tsa, ...ofRoot, extensions: timeStamping });

const authority = (chain: readonly Uint8Array[], more: Partial<CertificateAuthority> = {}): CertificateAuthority => ({
  name: "https://tsa.example",
  operator: "example",
  chain: chain.map((der) => parseCertificate(der)),
  validFor: { start: 0 },
  ...more,
});
const make = (parts: Partial<TokenParts> = {}) =>
  makeToken({ certificate: tsa, privateKey: keys.tsa.privateKey, message: stamped, at, ...parts });
const verify = (token: Uint8Array, question: Partial<TimestampVerificationRequest> = {}) =>
  verifyTimestamp(token, { stamped, authorities: [authority([root])], ...question });

async function refuses(
  result: Promise<Awaited<ReturnType<typeof verify | typeof verifyTimestamps>>>,
  code: string,
  detail: RegExp,
): Promise<void> {
  const { check } = await result;
  assert.ok(check.outcome !== "passed", check.detail);
  assert.equal(check.name, "timestamp");
  assert.equal(check.code, code, check.detail);
  assert.match(check.detail, detail);
}

suite("a timestamp", () => {
  test("verifies the time of a signature", async () => {
    const trusted = authority([root]);
    const accuracy = sequence(integer(2));
    const token = make({ info: (usual) => ({ ...usual, accuracy }) });
    for (const timestamp of [token, makeResponse(0, token)]) {
      const result = await verify(timestamp, { authorities: [trusted] });
      assert.ok("value" in result, result.check.detail);
      const { chain, ...value } = result.value;
      assert.deepEqual(value, { at, accuracy: 2000, isNamedBySha1: false, authority: trusted });
      assert.equal(chain.at(-1)?.subject.text, "CN=root");
      assert.equal(result.check.detail, "https://tsa.example saw it at 2026-06-01T12:00:00Z");
    }
  });

  test("verifies with the authority's own certificate if the token has none, and with no other", async () => {
    const bare = make({ certificates: [] });
    const result = await verify(bare, { authorities: [authority([tsa, root])] });
    assert.ok("value" in result, result.check.detail);
    assert.ok(!("accuracy" in result.value));
    await refuses(verify(bare), "CERTIFICATE_UNTRUSTED", /neither trusted nor in it/);
    const second = makeDer({ subject: "second", key: keys.other, ...ofRoot, extensions: timeStamping });
    const token = make({ certificate: second, privateKey: keys.other.privateKey });
    assert.equal((await verify(token)).check.outcome, "passed");
    await refuses(verify(token, { authorities: [authority([tsa, root])] }), "CERTIFICATE_UNTRUSTED", /"CN=second" is of no authority/);
  });

  test("verifies through intermediates, from the token or from the trust", async () => {
    const middle = makeDer({
      subject: "middle",
      key: keys.other,
      ...ofRoot,
      extensions: [extensions.authority(0), extensions.keyCertSign],
    });
    const lower = makeDer({ subject: "lower", key: keys.tsa, issuer: "middle", signedBy: keys.other.privateKey, extensions: timeStamping });
    const token = (...certificates: readonly Uint8Array[]) => make({ certificate: lower, certificates });
    assert.equal((await verify(token(middle, lower, root))).check.outcome, "passed");
    assert.equal((await verify(token(lower), { authorities: [authority([middle, root])] })).check.outcome, "passed");
    assert.equal((await verify(token(), { authorities: [authority([lower, middle, root])] })).check.outcome, "passed");
    await refuses(verify(token(lower)), "CERTIFICATE_UNTRUSTED", /does not lead/);
  });

  test("identifies its signer by hash: SHA-1 (old) or SHA-2, and every id must match", async () => {
    const v1 = (of: Uint8Array) => attribute(oids.signingCertificate, sequence(sequence(sequence(octetString(hash("sha1", of))))));
    const only = make({ attributes: (usual) => ({ ...usual, signingCertificate: v1(tsa) }) });
    assert.equal((await verify(only)).check.outcome, "passed");
    assert.equal((await verify(make({ attributes: (usual) => ({ ...usual, more: v1(tsa) }) }))).check.outcome, "passed");
    await refuses(
      verify(make({ attributes: (usual) => ({ ...usual, more: v1(root) }) })),
      "CERTIFICATE_UNTRUSTED",
      /neither trusted nor in it/,
    );
    const serial = (issuer: string, number: number) =>
      attribute(
        oids.signingCertificateV2,
        sequence(
          sequence(sequence(octetString(hash("sha256", tsa)), sequence(sequence(encodeDer(0xa4, commonName(issuer))), integer(number)))),
        ),
      );
    const named = (issuer: string, number: number) =>
      make({ attributes: (usual) => ({ ...usual, signingCertificate: serial(issuer, number) }) });
    assert.equal((await verify(named("root", 7))).check.outcome, "passed");
    await refuses(verify(named("root", 8)), "CERTIFICATE_UNTRUSTED", /neither trusted nor in it/);
    await refuses(verify(named("other", 7)), "CERTIFICATE_UNTRUSTED", /neither trusted nor in it/);
  });

  test("ignores a certificate that was substituted for the signer's", async () => {
    const key = keys.tsa;
    const wrongs = { "for code": [extensions.usage([usages.codeSigning], true)], authority: [extensions.authority(), ...timeStamping] };
    for (const list of Object.values(wrongs)) {
      const real = makeDer({ subject: "real", key, ...ofRoot, extensions: list });
      const forged = make({ certificate: real, certificates: [tsa, real] });
      await refuses(verify(forged), "CERTIFICATE_INVALID", /CN=real/);
    }
    // The same name, number and key, but another certificate than the one whose hash is signed.
    const twin = makeDer({ subject: "tsa", key, ...ofRoot, extensions: [...timeStamping, extensions.uri("https://twin.example")] });
    await refuses(verify(make({ certificates: [twin] })), "CERTIFICATE_UNTRUSTED", /neither trusted nor in it/);
    assert.equal((await verify(make({ certificates: [twin, tsa] }))).check.outcome, "passed");
  });

  const refused: Record<string, { token: Uint8Array; code?: string; detail: RegExp; question?: Partial<TimestampVerificationRequest> }> = {
    "of other bytes": { token: make(), question: { stamped: Buffer.from("another") }, detail: /other bytes than this signature/ },
    "not signed by its authority's key": { token: make({ privateKey: keys.other.privateKey }), detail: /does not verify with/ },
    "with substituted content": {
      token: make({
        attributes: (usual) => ({ ...usual, messageDigest: attribute(oids.messageDigest, octetString(hash("sha256", stamped))) }),
      }),
      detail: /not what its authority signed/,
    },
    "without a digest of its content": {
      token: make({ attributes: (usual) => ({ ...usual, messageDigest: undefined }) }),
      detail: /not what its/,
    },
    "signed as another content": {
      token: make({ attributes: (usual) => ({ ...usual, contentType: attribute(oids.contentType, oid(oids.data)) }) }),
      detail: /not what its authority signed/,
    },
    "whose signature uses another hash than it names": {
      token: make({ signer: (usual) => ({ ...usual, signatureAlgorithm: sequence(oid(oids.ecdsaWithSha384)) }) }),
      detail: /does not verify with/,
    },
    "of an algorithm for another kind of key": {
      token: make({ signer: (usual) => ({ ...usual, signatureAlgorithm: sequence(oid("1.2.840.113549.1.1.1"), encodeDer(tags.null)) }) }),
      detail: /does not verify with/,
    },
    "with a rejection status": { token: makeResponse(2), detail: /answered rejection/ },
    "that is malformed": { token: Buffer.from("timestamp"), detail: /not DER/ },
    "over the size limit": { token: new Uint8Array(64 * 1024 + 1), code: "LIMIT_EXCEEDED", detail: /over the limit/ },
    "with a malformed embedded certificate": {
      token: make({ certificates: [tsa, sequence()] }),
      detail: /certificate in the timestamp/,
    },
    "with too many certificates": {
      token: make({ certificates: Array.from({ length: 18 }, (_, i) => makeDer({ subject: `${i}` })).concat([tsa]) }),
      code: "LIMIT_EXCEEDED",
      detail: /18 intermediate/,
    },
    "when no authority is trusted": { token: make(), question: { authorities: [] }, code: "CERTIFICATE_UNTRUSTED", detail: /no authority/ },
    "of an untrusted authority": {
      token: make(),
      question: { authorities: [authority([makeDer({ subject: "root", key: keys.other, extensions: [extensions.authority()] })])] },
      code: "CERTIFICATE_UNTRUSTED",
      detail: /does not lead/,
    },
    "after its authority's period": {
      token: make(),
      question: { authorities: [authority([root], { validFor: { start: 0, end: at - 1 } })] },
      code: "CERTIFICATE_UNTRUSTED",
      detail: /not at 2026-06-01/,
    },
    "before its authority's period": {
      token: make(),
      question: { authorities: [authority([root], { validFor: { start: at + 1 } })] },
      code: "CERTIFICATE_UNTRUSTED",
      detail: /not at 2026-06-01/,
    },
    "before its certificate's validity": { token: make({ at: Date.UTC(2025, 11, 31) }), code: "EXPIRED", detail: /not at 2025-12-31/ },
    "after its certificate's validity": { token: make({ at: Date.UTC(2027, 0, 2) }), code: "EXPIRED", detail: /not at 2027-01-02/ },
  };
  for (const [what, { token, code = "TIMESTAMP_INVALID", detail, question }] of Object.entries(refused)) {
    test(`refuses one ${what}`, () => refuses(verify(token, question), code, detail));
  }

  const wrongUses = {
    "with a usage that is not critical": [extensions.usage([usages.timeStamping])],
    "with further usages": [extensions.usage([usages.timeStamping, usages.codeSigning], true)],
    "for code signing": [extensions.usage([usages.codeSigning], true)],
    "without usage": [],
  };
  for (const [what, list] of Object.entries(wrongUses)) {
    test(`refuses a time-stamping certificate ${what}`, async () => {
      const certificate = makeDer({ subject: "tsa", key: keys.tsa, ...ofRoot, extensions: list });
      await refuses(verify(make({ certificate })), "CERTIFICATE_INVALID", /time stamping/);
    });
  }

  test("belongs to the authority whose period contains it, both ends included", async () => {
    const early = authority([root], { name: "early", validFor: { start: 0, end: at } });
    const late = authority([root], { name: "late", validFor: { start: at + 1 } });
    const who = async (time: number) => {
      const result = await verify(make({ at: time }), { authorities: [late, early] });
      return "value" in result ? result.value.authority.name : result.check.detail;
    };
    assert.equal(await who(at), "early");
    assert.equal(await who(at + 1000), "late");
  });

  test("with any byte changed never gives another time or signer", async () => {
    const good = makeResponse(0, make());
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
        const result = await verify(Uint8Array.from(good, (old, i) => (i === index ? old ^ flip : old)));
        if ("value" in result) assert.equal(result.value.at, at);
        else assert.notEqual(result.check.outcome, "passed");
      }),
      { numRuns: 400 },
    );
  });
});

suite("several timestamps", () => {
  const second = makeDer({ subject: "second root", key: keys.other, extensions: [extensions.authority(), extensions.keyCertSign] });
  const otherTsa = makeDer({
    subject: "other",
    key: keys.tsa,
    issuer: "second root",
    signedBy: keys.other.privateKey,
    extensions: timeStamping,
  });
  const first = authority([root], { name: "first" });
  const authorities = [first, authority([second], { name: "second", operator: "second" })];
  const other = make({ certificate: otherTsa, at: at + 1000 });
  const verifyAll = (timestamps: readonly Uint8Array[], threshold: number, trusted: readonly CertificateAuthority[] = authorities) =>
    verifyTimestamps(timestamps, { stamped, authorities: trusted, threshold });

  test("give all their verified times, of as many operators as required", async () => {
    const result = await verifyAll([make(), other], 2);
    assert.ok("value" in result, result.check.detail);
    assert.deepEqual(
      result.value.map(({ at: time, authority: { name } }) => [time, name]),
      [
        [at, "first"],
        [at + 1000, "second"],
      ],
    );
    assert.equal(result.check.detail, "first saw it at 2026-06-01T12:00:00Z; second saw it at 2026-06-01T12:00:01Z");
  });

  test("count once per operator", async () => {
    await refuses(verifyAll([make(), make(), make({ at: at + 1 })], 2), "TIMESTAMP_MISSING", /^1 of 2 operators/);
    const same = [first, authority([second], { name: "second" })];
    await refuses(verifyAll([make(), other], 2, same), "TIMESTAMP_MISSING", /^1 of 2 operators/);
  });

  test("do not count if their authorities are untrusted", async () => {
    assert.equal((await verifyAll([other, make()], 1, [first])).check.outcome, "passed");
    await refuses(verifyAll([other], 1, [first]), "TIMESTAMP_MISSING", /^0 of 1 operators .*does not lead/);
  });

  test("must all be valid", async () => {
    await refuses(verifyAll([make(), make({ message: Buffer.from("another") })], 1), "TIMESTAMP_INVALID", /other bytes/);
    await refuses(verifyAll([make(), make({ at: 0 })], 1), "EXPIRED", /1970/);
  });

  test("fail if there are none, whatever the threshold", async () => {
    for (const threshold of [0, 1, -1]) await refuses(verifyAll([], threshold), "TIMESTAMP_MISSING", /^0 of 1/);
  });

  test("are bounded in number", async () => {
    const good = make();
    assert.equal(
      (
        await verifyAll(
          Array.from({ length: 32 }, () => good),
          1,
        )
      ).check.outcome,
      "passed",
    );
    await refuses(
      verifyAll(
        Array.from({ length: 33 }, () => good),
        1,
      ),
      "LIMIT_EXCEEDED",
      /33 timestamps/,
    );
  });
});
