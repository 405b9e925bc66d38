import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { contextTag, encodeDer, parseDer, tags } from "../asn1/der.ts";
import { hash } from "../keys/hash.ts";
import { encodeOcspRequest, isCertificateId, keyHash } from "./ocsp-request.ts";
import { parseOcspResponse } from "./ocsp.ts";
import { extension, integer, makeCertificate, makeKey, octetString, oid, sequence } from "./fixture.test.ts";
import { isSignedBy } from "./is-signed-by.ts";
import { makeOcspAnswer, makeOcspRefusal, makeOcspResponse, now, type OcspShape } from "./revocation-fixture.test.ts";
import { coreLimits } from "../limits.ts";

const key = makeKey();
const issuer = makeCertificate({ subject: "ca", key });
const certificate = makeCertificate({ issuer: "ca", signedBy: key.privateKey });
const shape: OcspShape = { certificate, issuer, signedBy: key.privateKey };
const response = (more: Partial<OcspShape> = {}) => makeOcspResponse({ ...shape, ...more });

interface IdShape {
  readonly algorithm?: string;
  readonly parameters?: readonly Uint8Array[];
  readonly name?: Uint8Array;
  readonly key?: Uint8Array;
  readonly serial?: number;
}

/** The CertID of the certificate, with the given changes. */
function idWith({ algorithm = "1.3.14.3.2.26", parameters = [encodeDer(tags.null)], ...id }: IdShape): Uint8Array {
  const { name = hash("sha1", issuer.subject.raw), key: issuerKey = keyHash(issuer), serial = 7 } = id;
  return sequence(sequence(oid(algorithm), ...parameters), octetString(name), octetString(issuerKey), integer(serial));
}

suite("OCSP requests", () => {
  test("a request names the certificate by SHA-1 of its issuer's name and key, and its serial number, and contains nothing else", () => {
    const request = encodeOcspRequest(certificate, issuer);
    const spki = issuer.publicKey.key.export({ format: "der", type: "spki" });
    assert.deepEqual(keyHash(issuer), hash("sha1", spki.subarray(spki.length - 65)), "the point alone");
    const id = idWith({});
    assert.deepEqual(request, sequence(sequence(sequence(sequence(id)))));
    assert.ok(isCertificateId(parseDer(id, "id"), certificate, issuer));
  });

  test("a response about any other certificate does not match", () => {
    const others = {
      algorithm: "2.16.840.1.101.3.4.2.1",
      name: hash("sha1", certificate.subject.raw),
      key: keyHash(certificate),
      serial: 8,
    };
    assert.notDeepEqual(others.key, keyHash(issuer));
    for (const other of Object.entries(others)) {
      const id = idWith(Object.fromEntries([other]));
      assert.equal(isCertificateId(parseDer(id, "id"), certificate, issuer), false, other[0]);
    }
  });

  test("the CertID in a response may omit the hash's parameters", () => {
    assert.ok(isCertificateId(parseDer(idWith({ parameters: [] }), "id"), certificate, issuer));
    assert.ok(parseOcspResponse(response({ responseExtensions: [extension("1.3.6.1.5.5.7.48.1.2", octetString())] })), "a nonce");
  });
});

suite("OCSP responses", () => {
  test("a response is good, unknown or revoked, within its validity period", async () => {
    const good = parseOcspResponse(response());
    assert.deepEqual(
      good.answers.map(({ status, nextUpdate }) => [status, nextUpdate]),
      [["good", now + 86_400_000]],
    );
    assert.deepEqual(good.responder, { name: issuer.subject.raw });
    assert.equal(await isSignedBy(good, issuer), true);
    assert.equal(await isSignedBy(good, makeCertificate({ subject: "ca", key: makeKey() })), false);
    assert.equal(parseOcspResponse(response({ status: "unknown" })).answers[0]?.status, "unknown");
    const status = { at: now - 2000, reason: 1, invalidFrom: now - 3000 };
    assert.deepEqual(parseOcspResponse(response({ status })).answers[0]?.status, status);
    assert.equal(parseOcspResponse(response({ nextUpdate: null })).answers[0]?.nextUpdate, undefined);
  });

  test("a response may name the responder by its key, and contain certificates and several single responses", () => {
    const parsed = parseOcspResponse(
      response({ byKey: true, certificates: [certificate], answers: [makeOcspAnswer(shape), makeOcspAnswer(shape)] }),
    );
    assert.deepEqual(parsed.responder, { keyHash: keyHash(issuer) });
    assert.deepEqual([parsed.certificates.length, parsed.answers.length], [1, 2]);
  });

  test("a response may be an error status", () => {
    const refusal = (status: number) => () => parseOcspResponse(makeOcspRefusal(status));
    assert.throws(refusal(3), { code: "REVOCATION_UNKNOWN", message: /try later/ });
    assert.throws(refusal(6), { code: "REVOCATION_UNKNOWN", message: /unauthorized/ });
    assert.throws(refusal(99), { code: "REVOCATION_UNKNOWN" });
    assert.throws(refusal(0), { code: "MALFORMED" }, "successful, and nothing in it");
  });

  const critical = extension("1.2.3.4", sequence(), true);
  const basic = (type: string, content: Uint8Array) =>
    sequence(encodeDer(tags.enumerated, Uint8Array.of(0)), encodeDer(contextTag(0), sequence(oid(type), octetString(content))));
  const refused: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    "with an unknown critical extension": [response({ extensions: [critical] }), "UNSUPPORTED"],
    "with such an extension of the whole response": [response({ responseExtensions: [critical] }), "UNSUPPORTED"],
    "of another version": [response({ version: 1 }), "MALFORMED"],
    "of another type": [basic("1.2.3.4", sequence()), "MALFORMED"],
    "with empty content": [basic("1.3.6.1.5.5.7.48.1.1", sequence()), "MALFORMED"],
    "with a crowd of certificates": [response({ certificates: Array.from({ length: 9 }, () => certificate) }), "LIMIT_EXCEEDED"],
    "over the bound, by one byte": [new Uint8Array(coreLimits.ocspBytes + 1), "LIMIT_EXCEEDED"],
    "cut off": [response().subarray(0, -1), "MALFORMED"],
    "with bytes after its end": [Buffer.concat([response(), Buffer.of(0)]), "MALFORMED"],
  };
  for (const [name, [bytes, code]] of Object.entries(refused)) {
    test(`a response is refused ${name}`, () => assert.throws(() => parseOcspResponse(bytes), { code }));
  }

  test("any bytes are read or refused, in bounded time", () => {
    const whole = response({ status: { reason: 1, invalidFrom: now }, certificates: [certificate] });
    const change = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, to } of changes) bytes[at] = to;
        readsOrRefuses(() => parseOcspResponse(bytes).answers.forEach(({ id }) => isCertificateId(id, certificate, issuer)));
      }),
      { numRuns: 500 },
    );
  });
});
