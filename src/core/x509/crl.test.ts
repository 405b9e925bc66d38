import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { corpusPath, skipWithout } from "../../../test/fakes/corpora.ts";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { encodeDer, tags } from "../asn1/der.ts";
import { parsePem } from "../asn1/pem.ts";
import { parseCrl } from "./crl.ts";
import { parseCertificate } from "./certificate.ts";
import { crlPoints, freshestPoints, ocspUrls } from "./distribution-points.ts";
import { extension, integer, makeCertificate, makeKey, sequence, time } from "./fixture.test.ts";
import { isSignedBy } from "./is-signed-by.ts";
import { distributionPoints, makeCrl, makeEntry, now, pointOf, revocable, type CrlShape } from "./revocation-fixture.test.ts";
import { coreLimits } from "../limits.ts";

const key = makeKey();
const ca = makeCertificate({ subject: "ca", key });
const crl = (shape: Partial<CrlShape> = {}) => makeCrl({ signedBy: key.privateKey, ...shape });
const seven = Uint8Array.of(7);

suite("revocation lists", () => {
  test("give issuer, dates and revoked serial numbers", async () => {
    const entries = [{ serial: 6 }, { serial: 7, reason: 1, invalidFrom: now - 1000, at: now }, { serial: 8 }];
    const list = parseCrl(crl({ entries, freshest: ["http://d.example/d"], scope: { urls: ["http://a.example/a"], only: "signers" } }));
    const { issuer, number, baseNumber, freshest, scope } = list;
    assert.deepEqual([issuer.text, number, baseNumber, list.nextUpdate], ["CN=ca", 5n, undefined, now + 86_400_000]);
    assert.deepEqual(freshest, [{ urls: ["http://d.example/d"], isPartial: false }]);
    assert.deepEqual([scope?.urls, scope?.only, scope?.isIndirect, scope?.isPartial], [["http://a.example/a"], "signers", false, false]);
    assert.deepEqual(list.find(seven), { at: now, reason: 1, invalidFrom: now - 1000 });
    assert.equal(list.find(seven), list.find(seven), "looked for once");
    assert.equal(list.find(Uint8Array.of(9)), undefined);
    const long = sequence(encodeDer(tags.integer, Uint8Array.of(0, 0x87)), time(now));
    assert.ok(parseCrl(crl({ revoked: long })).find(Uint8Array.of(0, 0x87)));
    assert.equal(await isSignedBy(list, ca), true);
    assert.equal(await isSignedBy(list, makeCertificate({ subject: "ca", key: makeKey() })), false);
  });

  test("may be empty, delta, indirect", () => {
    assert.equal(parseCrl(crl()).find(seven), undefined);
    assert.equal(parseCrl(crl({ baseNumber: 3 })).baseNumber, 3n);
    const { scope } = parseCrl(crl({ scope: { isIndirect: true, someReasons: true } }));
    assert.deepEqual([scope?.isIndirect, scope?.isPartial, scope?.urls], [true, true, undefined]);
  });

  const critical = (id: string) => extension(id, sequence(), true);
  const refused: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    "of version 1": [crl({ version: 0 }), "MALFORMED"],
    "with an unknown critical extension": [crl({ extensions: [critical("1.2.3.4")] }), "UNSUPPORTED"],
    "with a negative number": [crl({ number: 0x80 }), "MALFORMED"],
    "restricted to both signers and attributes": [
      crl({ extensions: [extension("2.5.29.28", Buffer.from("30068101ff8501ff", "hex"), true)] }),
      "MALFORMED",
    ],
    "with the same extension twice": [crl({ extensions: [extension("2.5.29.20", integer(5))] }), "MALFORMED"],
    "with too many members": [encodeDer(tags.sequence, ...Array.from({ length: 17 }, () => integer(1))), "LIMIT_EXCEEDED"],
    "cut off": [crl().subarray(0, -1), "MALFORMED"],
    "with bytes after its end": [Buffer.concat([crl(), Buffer.of(0)]), "MALFORMED"],
    "in PEM": [Buffer.from("-----BEGIN X509 CRL-----"), "MALFORMED"],
    "over the bound, by one byte": [new Uint8Array(coreLimits.crlBytes + 1), "LIMIT_EXCEEDED"],
  };
  for (const [name, [bytes, code]] of Object.entries(refused)) {
    test(`are refused ${name}`, () => assert.throws(() => parseCrl(bytes), { code }));
  }

  const spoilt: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    "an unknown critical extension in any entry": [makeEntry({ serial: 1, extensions: [critical("2.5.29.29")] }), "UNSUPPORTED"],
    "the certificate twice": [Buffer.concat([makeEntry({ serial: 7 }), makeEntry({ serial: 7 })]), "MALFORMED"],
    "no entry": [integer(7), "MALFORMED"],
    "an entry without a number": [sequence(time(now)), "MALFORMED"],
    "an entry without a time": [sequence(integer(7)), "MALFORMED"],
    "a number with needless bytes": [sequence(encodeDer(tags.integer, Uint8Array.of(0, 7)), time(now)), "MALFORMED"],
    "a negative number with needless bytes": [sequence(encodeDer(tags.integer, Uint8Array.of(0xff, 0x87)), time(now)), "MALFORMED"],
    "an empty number": [sequence(encodeDer(tags.integer), time(now)), "MALFORMED"],
    "an entry that is cut off": [Buffer.concat([makeEntry({ serial: 1 }), Buffer.of(0x30)]), "MALFORMED"],
    "an invalid reason": [makeEntry({ serial: 7, extensions: [extension("2.5.29.21", integer(1))] }), "MALFORMED"],
  };
  for (const [name, [revoked, code]] of Object.entries(spoilt)) {
    test(`throw on lookup with ${name} among the entries`, () => {
      assert.throws(() => parseCrl(crl({ revoked })).find(seven), { code });
    });
  }

  test("a serial number that contains the bytes of a critical flag is not mistaken for one", () => {
    const revoked = sequence(encodeDer(tags.integer, Buffer.from("0101ff", "hex")), time(now));
    assert.equal(parseCrl(crl({ revoked })).find(seven), undefined);
    const spoiling = Buffer.concat([revoked, revoked, makeEntry({ serial: 1, extensions: [critical("1.2.3.4")] }), revoked]);
    assert.throws(() => parseCrl(crl({ revoked: spoiling })).find(seven), { code: "UNSUPPORTED" });
  });

  test("with hundreds of thousands of entries are searched without parsing them into values", () => {
    const one = makeEntry({ serial: 1 });
    const count = Math.floor((10 * 1024 * 1024) / one.length);
    const revoked = Buffer.alloc(count * one.length + one.length);
    for (let index = 0; index < count; index++) revoked.set(one, index * one.length);
    revoked.set(makeEntry({ serial: 7 }), count * one.length);
    const list = parseCrl(crl({ revoked }));
    assert.ok(count > 300_000);
    assert.ok(list.find(seven));
    assert.equal(list.find(Uint8Array.of(8)), undefined);
  });

  test("any bytes are read or refused, in bounded time", () => {
    const whole = crl({ entries: [{ serial: 7, reason: 1 }], scope: { urls: ["http://a.example/"] }, freshest: ["http://b.example/"] });
    const change = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, to } of changes) bytes[at] = to;
        readsOrRefuses(() => parseCrl(bytes).find(seven));
      }),
      { numRuns: 500 },
    );
  });
});

suite("distribution points of a certificate", () => {
  const made = (...extensions: readonly Uint8Array[]) => makeCertificate({ extensions });

  test("is absent if the certificate names none", () => {
    assert.deepEqual([ocspUrls(made()), crlPoints(made()), freshestPoints(made())], [[], undefined, undefined]);
  });

  test("is read in order, each distribution point separately", () => {
    const points = distributionPoints(
      "2.5.29.31",
      sequence(pointOf("ldap:///a", "http://a.example")),
      sequence(pointOf("http://b.example")),
    );
    const certificate = made(revocable.ocsp("http://o.example", "http://p.example"), points);
    assert.deepEqual(ocspUrls(certificate), ["http://o.example", "http://p.example"]);
    assert.deepEqual(crlPoints(certificate), [
      { urls: ["ldap:///a", "http://a.example"], isPartial: false },
      { urls: ["http://b.example"], isPartial: false },
    ]);
  });

  test("is marked if it is another issuer's list, or for some reasons only", () => {
    const reasons = encodeDer(0x81, Uint8Array.of(1, 0x40));
    const issuer = encodeDer(0xa2, encodeDer(0xa4, sequence()));
    for (const more of [reasons, issuer]) {
      assert.equal(crlPoints(made(distributionPoints("2.5.29.31", sequence(pointOf("http://a.example"), more))))?.[0]?.isPartial, true);
    }
    assert.deepEqual(crlPoints(made(distributionPoints("2.5.29.31", sequence()))), [{ urls: [], isPartial: false }]);
  });

  test("is refused if malformed", () => {
    const bad = extension("2.5.29.31", Buffer.from("3003020101", "hex"));
    assert.throws(() => crlPoints(made(bad)), { code: "MALFORMED" });
    assert.throws(() => ocspUrls(made(revocable.ocsp("http://ö.example"))), { code: "MALFORMED" });
  });
});

const corpus = corpusPath("notation-core/crl");
const skip = skipWithout("notation-core");

suite("revocation data of notation's own tests", { skip }, () => {
  const read = (name: string) => readFileSync(join(corpus, name));
  test("a delta", () => {
    const delta = parseCrl(read("delta.crl"));
    assert.ok(delta.baseNumber !== undefined && delta.number !== undefined);
  });
  test("a list with several deltas", () => {
    const { freshest } = parseCrl(read("crlWithMultipleFreshestCRLs.crl"));
    assert.ok((freshest ?? []).flatMap(({ urls }) => urls).length > 1);
  });
  const certificate = (name: string) => {
    const [block] = parsePem(read(name), name);
    assert.ok(block);
    return parseCertificate(block.bytes);
  };
  const points: Readonly<Record<string, number>> = {
    "certificateWithDeltaCRL.cer": 1,
    "certificateWith2DeltaCRL.cer": 2,
    "certificateWithZeroDeltaCRLURL.cer": 0,
    "certificateWithNonURIDeltaCRL.cer": 0,
    "certificateWithIncompleteFreshestCRL2.cer": 0,
  };
  for (const [name, count] of Object.entries(points)) {
    test(`${name} names ${count} deltas`, () => {
      assert.equal((freshestPoints(certificate(name)) ?? []).flatMap(({ urls }) => urls).length, count);
    });
  }
  test("certificateWithIncompleteFreshestCRL.cer is refused", () => {
    assert.throws(() => freshestPoints(certificate("certificateWithIncompleteFreshestCRL.cer")), { code: "MALFORMED" });
  });
});
