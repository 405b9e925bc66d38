import assert from "node:assert/strict";
import { digestOf } from "../../core/digest.ts";
import { generateKeyPairSync } from "node:crypto";
import { suite, test } from "node:test";
import { attribute, makeResponse, makeToken, oids as cmsOids } from "../../../test/fakes/timestamp-authority.ts";
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { factKey } from "../../core/facts/facts.ts";
import { outcomeOf } from "../../core/finding.ts";
import { hash } from "../../core/keys/hash.ts";
import { formatInstant, maxSkew } from "../../core/instant.ts";
import {
  bitString,
  extension,
  extensions,
  makeDer,
  makeKey,
  octetString,
  oid,
  oids,
  sequence,
  type Shape,
} from "../../core/x509/fixture.test.ts";
import { makeCrl, revocable, type EntryShape } from "../../core/x509/revocation-fixture.test.ts";
import { cose } from "./cose-envelope.ts";
import {
  type Trusted,
  around,
  certificate,
  chain,
  day,
  leaf,
  leafShape,
  looseJws,
  make,
  now,
  root,
  rootKey,
  rootShape,
  summary,
  trust,
  verifyMade,
  type Made,
  attributes,
  checksOf,
  looseChecks,
  goodChecks as good,
} from "./fixture.test.ts";
import { jws } from "./jws-envelope.ts";

const { scheme, signingTime, authenticTime } = attributes;

suite("Notary Project times", () => {
  test("the certificates must hold now, where no timestamp is asked for", async () => {
    assert.deepEqual(await checksOf(make(), { at: leaf.notAfter + 1 }), good.toSpliced(4, 1, "validity EXPIRED"));
    assert.deepEqual(await checksOf(make(), { at: leaf.notBefore - 1 }), good.toSpliced(4, 1, "validity EXPIRED"));
    const certificates = [leaf, certificate({ ...rootShape, notAfter: now - day })];
    const trusted: Trusted = { ...trust, stores: { ...trust.stores, ca: certificates.slice(1) } };
    assert.deepEqual(await looseChecks({ certificates }, { trusted }), good.toSpliced(4, 1, "validity EXPIRED"));
  });

  test("an expired signature is expired, at any level of a trust policy", async () => {
    const made = await make({ expiry: now + 60_000 });
    assert.deepEqual(await checksOf(made, { at: now + 59_000 }), good.toSpliced(5, 0, "expiry"));
    for (const at of [now + 60_000, now + day]) {
      const finding = await verifyMade(made, { at });
      assert.deepEqual(summary(finding), good.toSpliced(5, 0, "expiry EXPIRED"));
      assert.equal(outcomeOf(finding), "failed");
    }
  });

  test("under an authority's scheme its time counts, and its own stores", async () => {
    const at = (time: string) =>
      looseJws({
        headers: {
          [scheme]: "notary.x509.signingAuthority",
          [signingTime]: undefined,
          [authenticTime]: time,
          crit: [scheme, authenticTime],
        },
      });
    const trusted: Trusted = { ...trust, stores: { ca: [], signingAuthority: [root], tsa: [root] } };
    const late = leaf.notAfter + day;
    assert.deepEqual(await checksOf(at("2026-06-15T12:00:00Z"), { trusted, at: late }), good);
    assert.deepEqual(await checksOf(at("2026-06-15T12:00:00+02:00"), { trusted, at: late }), good);
    assert.deepEqual(await checksOf(at("2025-06-15T12:00:00Z"), { trusted, at: late }), good.toSpliced(4, 1, "validity EXPIRED"));
    assert.deepEqual(
      await checksOf(at("2026-06-15T12:00:00Z"), { trusted, at: now - maxSkew - 1 }),
      good.toSpliced(4, 1, "timestamp TIMESTAMP_INVALID"),
    );
    assert.deepEqual(await checksOf(at("2026-06-15T12:00:00Z")), good.toSpliced(2, 1, "certificate CERTIFICATE_UNTRUSTED"));
    assert.deepEqual(
      await checksOf(looseJws(), { trusted }),
      good.toSpliced(2, 1, "certificate CERTIFICATE_UNTRUSTED").toSpliced(4, 1, "timestamp TIMESTAMP_MISSING"),
    );
  });

  const tsaRootKey = makeKey();
  const tsaRootShape: Shape = {
    subject: "tsa root",
    key: tsaRootKey,
    extensions: [extensions.authority(), extensions.keyCertSign],
    notBefore: 0,
    notAfter: Date.UTC(2100, 0, 1),
  };
  const tsaRoot = certificate(tsaRootShape);
  const tsaKey = makeKey();
  const timeStamping = extensions.usage([oids.timeStamping], true);
  const tsaLeaf = (...list: readonly Uint8Array[]) =>
    makeDer({ ...tsaRootShape, subject: "tsa", issuer: "tsa root", key: tsaKey, signedBy: tsaRootKey.privateKey, extensions: list });
  const tsaCertificate = tsaLeaf(extensions.digitalSignature, timeStamping);
  const stamping: Trusted = { ...trust, stores: { ...trust.stores, tsa: [tsaRoot] } };

  /** A signature with a timestamp over it, or over other bytes. */
  async function stamped(at: number, kind = jws, message?: Uint8Array, signer = tsaCertificate, by = chain): Promise<Made> {
    const { envelope } = await make({ kind, chain: by });
    const { signature, ...rest } = kind.parse(envelope);
    const timestamp = makeToken({ certificate: signer, privateKey: tsaKey.privateKey, message: message ?? signature, at });
    return around(kind.encode({ ...rest, chain: by, signature, timestamp, agent: "test" }), kind.mediaType);
  }
  const withTime = good.toSpliced(4, 0, "timestamp");

  test("a timestamp says when it was signed, long after", async () => {
    for (const kind of [jws, cose]) {
      const finding = await verifyMade(await stamped(now, kind), { trusted: stamping, at: Date.UTC(2050, 0, 1) });
      assert.deepEqual(summary(finding), withTime);
      assert.deepEqual(finding.verifiedTimestamps, [{ kind: "timestamp", by: "CN=tsa root", at: now, anchor: digestOf(tsaRoot.raw) }]);
    }
  });

  test("a timestamp must lie within every certificate's time, and not after now", async () => {
    const at = Date.UTC(2050, 0, 1);
    for (const time of [leaf.notBefore - 1000, leaf.notAfter + 1000]) {
      assert.deepEqual(await checksOf(stamped(time), { trusted: stamping, at }), withTime.toSpliced(5, 1, "validity EXPIRED"));
    }
    const ahead = now + maxSkew + 1000;
    assert.deepEqual(await checksOf(stamped(ahead), { trusted: stamping }), good.toSpliced(4, 1, "timestamp TIMESTAMP_INVALID"));
  });

  test("a new signature verifies at once, although the timestamp authority's clock is slightly ahead", async () => {
    assert.deepEqual(await checksOf(stamped(now + maxSkew), { trusted: stamping }), withTime);
    const headers = {
      [scheme]: "notary.x509.signingAuthority",
      [signingTime]: undefined,
      [authenticTime]: formatInstant(now + maxSkew),
      crit: [scheme, authenticTime],
    };
    const trusted: Trusted = { ...trust, stores: { ca: [], signingAuthority: [root], tsa: [] } };
    assert.deepEqual(await looseChecks({ headers }, { trusted }), good);
  });

  test("a result holds no earlier than the time of signing may be after now", async () => {
    const authentic = looseJws({
      headers: {
        [scheme]: "notary.x509.signingAuthority",
        [signingTime]: undefined,
        [authenticTime]: formatInstant(now),
        crit: [scheme, authenticTime],
      },
    });
    const late = Date.UTC(2050, 0, 1);
    const cases = [
      [authentic, { ...trust, stores: { ca: [], signingAuthority: [root], tsa: [] } }, now],
      [await stamped(now), stamping, now],
      // The certificates had expired by then.
      [await stamped(late), stamping, late],
    ] as const;
    for (const [made, trusted, time] of cases) {
      const { holds } = await verifyMade(made, { trusted, at: Math.max(now, time) });
      assert.equal(holds.from, time - maxSkew);
    }
  });

  test("a timestamp must be there, of this signature, by a trusted authority", async () => {
    const refused = (code: string) => good.toSpliced(4, 1, `timestamp ${code}`);
    assert.deepEqual(await checksOf(make(), { trusted: stamping }), refused("TIMESTAMP_MISSING"));
    assert.deepEqual(
      await checksOf(looseJws({ unprotected: { "io.cncf.notary.timestampSignature": "" } }), { trusted: stamping }),
      refused("TIMESTAMP_MISSING"),
    );
    assert.deepEqual(await checksOf(stamped(now, jws, encodeUtf8("other")), { trusted: stamping }), refused("TIMESTAMP_INVALID"));
    const stranger = { ...stamping, stores: { ...stamping.stores, tsa: [certificate({ ...tsaRootShape, key: makeKey() })] } };
    assert.deepEqual(await checksOf(stamped(now), { trusted: stranger }), refused("CERTIFICATE_UNTRUSTED"));
    const junk = looseJws({ unprotected: { "io.cncf.notary.timestampSignature": toBase64(encodeUtf8("junk")) } });
    assert.deepEqual(await checksOf(junk, { trusted: stamping }), refused("TIMESTAMP_INVALID"));
  });

  test("a timestamp's certificate must be for signatures, and for nothing else", async () => {
    const keyEncipherment = extension("2.5.29.15", bitString(Uint8Array.of(0xa0)), true);
    for (const signer of [tsaLeaf(timeStamping), tsaLeaf(timeStamping, keyEncipherment)]) {
      const made = await stamped(now, jws, undefined, signer);
      assert.deepEqual(await checksOf(made, { trusted: stamping }), good.toSpliced(4, 1, "timestamp CERTIFICATE_INVALID"));
    }
    const unsaid = certificate({ ...tsaRootShape, extensions: [extensions.authority()] });
    const trusted: Trusted = { ...trust, stores: { ...trust.stores, tsa: [unsaid] } };
    assert.deepEqual(await checksOf(stamped(now), { trusted }), good.toSpliced(4, 1, "timestamp CERTIFICATE_INVALID"));
  });

  test("a timestamp is a token alone, signed with a key that signatures may be made with, and names its certificate by SHA-2", async () => {
    const key = generateKeyPairSync("rsa", { modulusLength: 2304 });
    const byRsa = makeDer({
      ...tsaRootShape,
      subject: "tsa",
      issuer: "tsa root",
      key,
      signedBy: tsaRootKey.privateKey,
      extensions: [extensions.digitalSignature, timeStamping],
    });
    const odd = (message: Uint8Array) =>
      makeToken({
        certificate: byRsa,
        privateKey: key.privateKey,
        message,
        at: now,
        signer: (usual) => ({ ...usual, signatureAlgorithm: sequence(oid("1.2.840.113549.1.1.11")) }),
      });
    const sha1 = attribute(cmsOids.signingCertificate, sequence(sequence(sequence(octetString(hash("sha1", tsaCertificate))))));
    const old = (message: Uint8Array) =>
      makeToken({
        certificate: tsaCertificate,
        privateKey: tsaKey.privateKey,
        message,
        at: now,
        attributes: (usual) => ({ ...usual, signingCertificate: sha1 }),
      });
    const whole = (message: Uint8Array) =>
      makeResponse(0, makeToken({ certificate: tsaCertificate, privateKey: tsaKey.privateKey, message, at: now }));
    for (const [token, code] of [
      [odd, "CERTIFICATE_INVALID"],
      [old, "TIMESTAMP_INVALID"],
      [whole, "TIMESTAMP_INVALID"],
    ] as const) {
      const { envelope } = await make();
      const { signature, ...rest } = jws.parse(envelope);
      const made = around(jws.encode({ ...rest, chain, signature, timestamp: token(signature), agent: "test" }), jws.mediaType);
      const finding = await verifyMade(made, { trusted: stamping });
      assert.deepEqual(summary(finding), good.toSpliced(4, 1, `timestamp ${code}`), JSON.stringify(finding.checks));
    }
  });

  test("a timestamp of an authority with unknown revocation status does not count, whatever the signer's status", async () => {
    const url = "http://tsa.example/list";
    const signer = tsaLeaf(extensions.digitalSignature, timeStamping, revocable.crl(url));
    const made = await stamped(now, jws, undefined, signer);
    const question = { kind: "crl", url, issuer: tsaRoot } as const;
    const list = (...entries: readonly EntryShape[]) =>
      makeCrl({ issuer: "tsa root", signedBy: tsaRootKey.privateKey, thisUpdate: now - day, nextUpdate: now + day, entries });
    const known = (bytes: Uint8Array) => new Map([[factKey(question), { bytes }]]);
    for (const revocation of ["skip", "ask"] as const) {
      const trusted: Trusted = { ...stamping, revocation };
      const of = (code: string) => good.toSpliced(4, 1, ...(code === "" ? ["timestamp", "validity"] : [`timestamp ${code}`]));
      const all = (code: string) => (revocation === "skip" ? of(code) : of(code).toSpliced(-1, 0, "revocation"));
      const asked = await verifyMade(made, { trusted });
      assert.deepEqual(summary(asked), all("REVOCATION_UNKNOWN?"));
      assert.deepEqual([asked.needs?.map((need) => factKey(need.question)), asked.verifiedTimestamps], [[factKey(question)], []]);
      assert.deepEqual(await checksOf(made, { trusted, facts: known(list()) }), all(""));
      const revoked = await verifyMade(made, { trusted, facts: known(list({ serial: 7, reason: 1 })) });
      assert.deepEqual(summary(revoked), all("REVOKED"));
      const strangers = await verifyMade(made, { trusted: { ...trusted, stores: { ...trusted.stores, ca: [] } } });
      assert.deepEqual(strangers.needs, undefined);
    }
  });

  test("a timestamp excuses no revocation while its own authority may be revoked", async () => {
    const url = { tsa: "http://tsa.example/list", signer: "http://ca.example/list" };
    const certificates = [certificate({ ...leafShape, extensions: [extensions.digitalSignature, revocable.crl(url.signer)] }), root];
    const signer = tsaLeaf(extensions.digitalSignature, timeStamping, revocable.crl(url.tsa));
    const made = await stamped(now, jws, undefined, signer, certificates);
    const dates = { thisUpdate: now - day, nextUpdate: now + day };
    const signers = makeCrl({
      ...dates,
      issuer: "C=US,ST=WA,O=acme,CN=root",
      signedBy: rootKey.privateKey,
      entries: [{ serial: 7, reason: 1, at: now, invalidFrom: now + 1000 }],
    });
    const stampers = (entries: readonly EntryShape[]) =>
      makeCrl({ ...dates, issuer: "tsa root", signedBy: tsaRootKey.privateKey, entries });
    const known = (entries: readonly EntryShape[]) =>
      new Map([
        [factKey({ kind: "crl", url: url.signer, issuer: root }), { bytes: signers }],
        [factKey({ kind: "crl", url: url.tsa, issuer: tsaRoot }), { bytes: stampers(entries) }],
      ]);
    const trusted: Trusted = { ...stamping, revocation: "ask" };
    const checks = (entries: readonly EntryShape[]) => checksOf(made, { trusted, facts: known(entries), at: now + 2000 });
    assert.deepEqual((await checks([])).slice(4), ["timestamp", "validity", "revocation", "subject"]);
    assert.deepEqual((await checks([{ serial: 7, reason: 1 }])).slice(4), ["timestamp REVOKED", "revocation REVOKED", "subject"]);
  });

  test("a timestamp is not verified if none is required", async () => {
    const afterwards: Trusted = { ...stamping, verifyTimestamp: "afterCertExpiry" };
    const made = await stamped(now, jws, encodeUtf8("other"));
    assert.deepEqual(await checksOf(made), good);
    assert.deepEqual(await checksOf(made, { trusted: afterwards }), good);
    assert.deepEqual(
      await checksOf(made, { trusted: afterwards, at: leaf.notAfter + 1 }),
      good.toSpliced(4, 1, "timestamp TIMESTAMP_INVALID"),
    );
    assert.deepEqual(await checksOf(await stamped(now), { trusted: afterwards, at: leaf.notAfter + 1 }), withTime);
    assert.deepEqual(
      await checksOf(await stamped(now), { trusted: afterwards, at: leaf.notBefore - 1 }),
      good.toSpliced(4, 1, "validity EXPIRED"),
    );
  });
});
