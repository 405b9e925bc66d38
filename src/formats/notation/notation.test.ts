import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { makeToken } from "../../../test/fakes/timestamp-authority.ts";
import { decodeUtf8, encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { encodeCbor, Tagged, type Cbor } from "../../core/cbor.ts";
import { digestOf } from "../../core/digest.ts";
import { outcomeOf } from "../../core/finding.ts";
import { emptyConfig, mediaTypes, parseManifest } from "../../core/oci.ts";
import { publicKeyOf } from "../../core/public-key.ts";
import { extensions, makeDer, makeKey, oids, type Shape } from "../../core/x509/fixture.test.ts";
import { parseDistinguishedName } from "../../trust/notation/distinguished-name.ts";
import { levels, validationOf } from "../../trust/notation/level.ts";
import type { NotationTrust } from "../../trust/notation/notation-trust.ts";
import { makeTrust } from "../../trust/trust.ts";
import { cose } from "./cose-envelope.ts";
import {
  around,
  certificate,
  chain,
  day,
  image,
  leaf,
  leafShape,
  looseCose,
  looseJws,
  make,
  now,
  root,
  rootShape,
  signerKey,
  subject,
  summary,
  trust,
  verifyMade,
  type LooseParts,
  type Made,
  type VerifyOptions,
} from "./fixture.test.ts";
import { jws } from "./jws-envelope.ts";
import { notation } from "./notation.ts";
import { signatureType } from "./signature-manifest.ts";

const good = ["format", "signature", "certificate", "identity", "certificate", "subject"];
const malformed = ["format MALFORMED_EVIDENCE"];
const scheme = "io.cncf.notary.signingScheme";
const signingTime = "io.cncf.notary.signingTime";
const authenticTime = "io.cncf.notary.authenticSigningTime";
const expiry = "io.cncf.notary.expiry";

const checksOf = async (made: Made | Promise<Made>, options?: VerifyOptions) => summary(await verifyMade(await made, options));
const looseChecks = (parts: LooseParts, options?: VerifyOptions) => checksOf(looseJws(parts), options);

suite("Notary Project signatures", () => {
  test("hold, made loosely or by ourselves, in both envelopes", async () => {
    for (const made of [looseJws(), looseCose(), make(), make({ kind: cose })]) assert.deepEqual(await checksOf(made), good);
  });

  test("do not hold with a stranger's root, or with no trust at all", async () => {
    const stores = { ...trust.stores, ca: [certificate({ ...rootShape, key: makeKey() })] };
    assert.deepEqual(await checksOf(make(), { trusted: { ...trust, stores } }), good.toSpliced(2, 1, "certificate CERTIFICATE_UNTRUSTED"));
    const [evidence] = await evidenceOf(await make());
    assert.ok(evidence);
    const about = { repository: "r", reference: "r", digest: subject.digest, descriptor: subject, manifest: image };
    const nobody = await notation.verify(evidence, about, makeTrust([]), now);
    assert.deepEqual(summary(nobody), ["format", "certificate CERTIFICATE_UNTRUSTED"]);
    const key = { name: "release.pub", publicKey: publicKeyOf(makeKey().publicKey, "release.pub") };
    assert.deepEqual(summary(await notation.verify(evidence, about, makeTrust([key]), now)), ["format", "signature KEY_MISMATCH"]);
    assert.equal(nobody.signer, undefined);
  });

  test("T19: are for the digest, the media type and the size that were asked for, all three", async () => {
    const made = await make();
    const mismatch = good.toSpliced(5, 1, "subject SUBJECT_MISMATCH");
    assert.deepEqual(await checksOf(made, { of: encodeUtf8('{"another":"image"}') }), mismatch);
    assert.deepEqual(await checksOf(made, { type: mediaTypes.dockerManifest }), mismatch);
    assert.deepEqual(await checksOf(make({ subject: { ...subject, size: subject.size + 1 } })), mismatch);
    assert.deepEqual(await checksOf(make({ subject: { ...subject, mediaType: mediaTypes.ociIndex } })), mismatch);
  });

  test("carry what the signer added", async () => {
    for (const kind of [jws, cose]) {
      const finding = await verifyMade(await make({ kind, annotations: { stage: "production", build: "42" } }));
      assert.equal(outcomeOf(finding), "passed");
      assert.deepEqual(finding.claim?.kind === "signature" && { ...finding.claim.annotations }, { build: "42", stage: "production" });
    }
  });

  test("are by whom the trust names, all of the name", async () => {
    const by = (...texts: readonly string[]): NotationTrust => ({
      ...trust,
      identities: texts.map((text) => parseDistinguishedName(text, "identity")),
    });
    const mismatch = good.toSpliced(3, 1, "identity IDENTITY_MISMATCH");
    assert.deepEqual(await checksOf(make(), { trusted: by("C=US,S=WA,O=other", "C=US,S=WA,O=acme") }), good);
    assert.deepEqual(await checksOf(make(), { trusted: by("C=US,ST=WA,O=acme,CN=release") }), good);
    assert.deepEqual(await checksOf(make(), { trusted: by("C=US,ST=WA,O=acme,CN=other") }), mismatch);
    assert.deepEqual(await checksOf(make(), { trusted: by("C=US,ST=WA,O=acme,OU=x") }), mismatch);
    assert.deepEqual(await checksOf(make(), { trusted: by() }), mismatch);
  });

  test("T17: a certificate's subject is held to the rules of names: no encoded values, no joined parts, no type twice", async () => {
    const trusted: NotationTrust = { ...trust, identities: [parseDistinguishedName("C=US,ST=WA,O=acme", "identity")] };
    for (const name of ["C=US,ST=WA,O=acme,1.2.3.4=x", "C=US+ST=WA,O=acme", "C=US,ST=WA,O=acme,OU=a,OU=b", "C=US,O=acme", "CN=acme"]) {
      const certificates = [certificate({ ...leafShape, subject: name }), root];
      assert.deepEqual(await looseChecks({ certificates }, { trusted }), good.toSpliced(3, 1, "identity IDENTITY_MISMATCH"), name);
    }
  });

  test("do not hold where the chain is broken, whoever is trusted", async () => {
    const broken = ["format", "signature", "certificate CERTIFICATE_INVALID", "subject"];
    const leafTrusted: NotationTrust = { ...trust, stores: { ...trust.stores, ca: [leaf, root] } };
    assert.deepEqual(await looseChecks({ certificates: [leaf] }, { trusted: leafTrusted }), broken);
    assert.deepEqual(await looseChecks({ certificates: [leaf, leaf, root] }, { trusted: leafTrusted }), broken);
    assert.deepEqual(await looseChecks({ certificates: [] }), malformed);
    assert.deepEqual(await looseChecks({ certificates: Array.from({ length: 17 }, () => leaf) }), ["format LIMIT_EXCEEDED?"]);
  });

  test("do not verify with another key's certificate, nor with another key", async () => {
    const other = certificate({ ...leafShape, key: makeKey() });
    assert.deepEqual(await looseChecks({ certificates: [other, root] }), ["format", "signature SIGNATURE_INVALID", "subject"]);
    assert.deepEqual(await looseChecks({ key: makeKey().privateKey }), ["format", "signature SIGNATURE_INVALID", "subject"]);
    const finding = await verifyMade(looseJws({ key: makeKey().privateKey }));
    assert.equal(finding.signer, undefined);
  });

  test("T31: the algorithm is the key's own, whatever the envelope says", async () => {
    for (const alg of ["ES384", "PS256"])
      assert.deepEqual(await looseChecks({ headers: { alg } }), ["format", "signature SIGNATURE_INVALID", "subject"]);
    for (const alg of ["none", "HS256", "RS256", "EdDSA", "", 1, undefined])
      assert.deepEqual(await looseChecks({ headers: { alg } }), malformed);
    for (const alg of [-36, -37])
      assert.deepEqual(await checksOf(looseCose([[1, alg]])), ["format", "signature SIGNATURE_INVALID", "subject"]);
    for (const alg of [-257, 5, "ES256", undefined]) assert.deepEqual(await checksOf(looseCose([[1, alg]])), malformed);
    const ed25519 = generateKeyPairSync("ed25519");
    const certificates = [certificate({ ...leafShape, key: ed25519 }), root];
    assert.deepEqual(await looseChecks({ certificates }), ["format", "signature SIGNATURE_INVALID", "subject"]);
  });

  test("T18: a manifest with many layers is one refusal, and nothing is fetched", () => {
    for (const layers of [[], Array.from({ length: 1000 }, () => ({ mediaType: jws.mediaType, digest: subject.digest, size: 1 }))]) {
      const recognised = notation.recognise(foundIn({ artifactType: signatureType, layers }));
      assert.deepEqual(recognised?.fetch, []);
      assert.equal(recognised.read(new Map()).length, 1);
    }
  });
});

suite("Notary Project attributes", () => {
  test("T22: a critical one that is not known refuses the signature", async () => {
    assert.deepEqual(await looseChecks({ headers: { crit: [scheme, "example"], example: "x" } }), malformed);
    assert.deepEqual(
      await checksOf(
        looseCose([
          [2, [scheme, "example"]],
          ["example", "x"],
        ]),
      ),
      malformed,
    );
    assert.deepEqual(
      await checksOf(
        looseCose([
          [2, [scheme, 99]],
          [99, "x"],
        ]),
      ),
      malformed,
    );
    assert.deepEqual(await looseChecks({ headers: { crit: [scheme, "b64"], b64: true } }), malformed);
  });

  test("others may be there if they are not critical", async () => {
    assert.deepEqual(await looseChecks({ headers: { example: "x" } }), good);
    assert.deepEqual(
      await checksOf(
        looseCose([
          ["example", "x"],
          [99, [1]],
        ]),
      ),
      good,
    );
  });

  test("that name a plugin are not decided here", async () => {
    const plugin = { "io.cncf.notary.verificationPlugin": "example" };
    const crit = [scheme, "io.cncf.notary.verificationPlugin", "other"];
    assert.deepEqual(await looseChecks({ headers: { ...plugin, other: 1, crit } }), ["format UNSUPPORTED?"]);
    assert.deepEqual(await looseChecks({ headers: plugin }), malformed);
  });

  const later = "2027-01-01T00:00:00Z";
  const refused: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "nothing critical": { crit: undefined },
    "an empty list of what is critical": { crit: [] },
    "a list of what is critical that is text": { crit: scheme },
    "a critical number": { crit: [scheme, 1] },
    "something critical twice": { crit: [scheme, scheme] },
    "something critical that is not there": { crit: [scheme, expiry] },
    "alg critical": { crit: [scheme, "alg"] },
    "no scheme": { [scheme]: undefined },
    "a scheme that is not critical": { crit: [signingTime] },
    "no signing time": { [signingTime]: undefined },
    "a signing time that is no time": { [signingTime]: "yesterday" },
    "a signing time that is a number": { [signingTime]: 1 },
    "a signing time without an offset": { [signingTime]: "2026-06-15T12:00:00" },
    "a signing time that no calendar has": { [signingTime]: "2026-02-30T12:00:00Z" },
    "the other scheme's time too": { [authenticTime]: later },
    "an expiry that is not critical": { [expiry]: later },
    "an expiry of null": { [expiry]: null, crit: [scheme, expiry] },
    "an expiry before the signing time": { [expiry]: "2026-06-15T11:59:59Z", crit: [scheme, expiry] },
    "an expiry at the signing time": { [expiry]: "2026-06-15T12:00:00Z", crit: [scheme, expiry] },
    "the authority's scheme without its time": { [scheme]: "notary.x509.signingAuthority", [signingTime]: undefined },
    "the authority's scheme with the signer's time": { [scheme]: "notary.x509.signingAuthority" },
    "the authority's time not critical": {
      [scheme]: "notary.x509.signingAuthority",
      [signingTime]: undefined,
      [authenticTime]: "2026-06-15T12:00:00Z",
    },
    "no content type": { cty: undefined },
  };
  for (const [name, headers] of Object.entries(refused)) {
    test(`JWS with ${name} is refused`, async () => assert.deepEqual(await looseChecks({ headers }), malformed));
  }

  test("of another kind are not decided", async () => {
    for (const headers of [{ cty: "application/json" }, { [scheme]: "notary.x509.other" }]) {
      assert.deepEqual(await looseChecks({ headers }), ["format UNSUPPORTED?"]);
    }
  });

  test("of COSE: times need their tag, and must be whole seconds", async () => {
    const seconds = now / 1000;
    for (const value of [
      seconds,
      new Tagged(0, "2026-06-15T12:00:00Z"),
      new Tagged(2, seconds),
      new Tagged(1, "x"),
      new Tagged(1, -1),
      undefined,
    ]) {
      assert.deepEqual(await checksOf(looseCose([[signingTime, value]])), malformed);
    }
    const untagged: readonly [string, Cbor] = [expiry, seconds + 60];
    assert.deepEqual(await checksOf(looseCose([[2, [scheme, expiry]], untagged])), malformed);
  });

  test("of COSE: the chain may be bytes alone, or signed; anything else is refused", async () => {
    const self = makeDer({ subject: "C=US,ST=WA,O=acme,CN=self", key: signerKey, extensions: [extensions.digitalSignature] });
    const trusted = {
      ...trust,
      stores: {
        ...trust.stores,
        ca: [certificate({ subject: "C=US,ST=WA,O=acme,CN=self", key: signerKey, extensions: [extensions.digitalSignature] })],
      },
    };
    assert.deepEqual((await checksOf(looseCose([], [[33, self]]), { trusted }))[1], "signature");
    const ders = chain.map(({ raw }) => raw);
    assert.deepEqual(await checksOf(looseCose([[33, ders]], [[33, undefined]])), good);
    for (const value of [undefined, "x", [], ["x"], [1], 1, [new Uint8Array()]])
      assert.deepEqual(await checksOf(looseCose([], [[33, value]])), malformed);
  });

  test("that nobody signed are not needed, and their types are looked at where they count", async () => {
    assert.deepEqual(await looseChecks({ unprotected: { "io.cncf.notary.signingAgent": 5, other: {} } }), good);
    assert.deepEqual(await looseChecks({ unprotected: { "io.cncf.notary.timestampSignature": 5 } }), malformed);
    assert.deepEqual(await looseChecks({ unprotected: { "io.cncf.notary.timestampSignature": "***" } }), malformed);
    assert.deepEqual(await checksOf(looseCose([], [["io.cncf.notary.timestampSignature", "text"]])), malformed);
    assert.deepEqual(await looseChecks({ unprotected: { x5c: ["***"] } }), malformed);
    assert.deepEqual(await looseChecks({ unprotected: { x5c: [toBase64(encodeUtf8("no certificate"))] } }), malformed);
    assert.deepEqual(await looseChecks({ unprotected: { x5c: [1] } }), malformed);
  });
});

suite("Notary Project times", () => {
  test("the certificates must hold now, where no timestamp is asked for", async () => {
    assert.deepEqual(await checksOf(make(), { at: leaf.notAfter + 1 }), good.toSpliced(4, 1, "certificate EXPIRED"));
    assert.deepEqual(await checksOf(make(), { at: leaf.notBefore - 1 }), good.toSpliced(4, 1, "certificate EXPIRED"));
    const certificates = [leaf, certificate({ ...rootShape, notAfter: now - day })];
    const trusted: NotationTrust = { ...trust, stores: { ...trust.stores, ca: certificates.slice(1) } };
    assert.deepEqual(await looseChecks({ certificates }, { trusted }), good.toSpliced(4, 1, "certificate EXPIRED"));
  });

  test("T20: an expired signature is expired, at any level of a trust policy", async () => {
    const made = await make({ expiry: now + 60_000 });
    assert.deepEqual(await checksOf(made, { at: now + 59_000 }), good.toSpliced(4, 0, "expiry"));
    for (const at of [now + 60_000, now + day]) {
      const finding = await verifyMade(made, { at });
      assert.deepEqual(summary(finding), good.toSpliced(4, 0, "expiry EXPIRED"));
      assert.equal(outcomeOf(finding), "failed");
      const expired = finding.checks.find((check) => check.outcome === "failed");
      assert.ok(expired);
      assert.deepEqual(
        [levels.strict, levels.permissive].map((level) => level[validationOf(expired)]),
        ["enforce", "log"],
      );
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
    const trusted: NotationTrust = { ...trust, stores: { ca: [], signingAuthority: [root], tsa: [root] } };
    const late = leaf.notAfter + day;
    assert.deepEqual(await checksOf(at("2026-06-15T12:00:00Z"), { trusted, at: late }), good);
    assert.deepEqual(await checksOf(at("2026-06-15T12:00:00+02:00"), { trusted, at: late }), good);
    assert.deepEqual(await checksOf(at("2025-06-15T12:00:00Z"), { trusted, at: late }), good.toSpliced(4, 1, "certificate EXPIRED"));
    assert.deepEqual(
      await checksOf(at("2026-06-15T12:00:00Z"), { trusted, at: now - 1 }),
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
  const tsaCertificate = makeDer({
    ...tsaRootShape,
    subject: "tsa",
    issuer: "tsa root",
    key: tsaKey,
    signedBy: tsaRootKey.privateKey,
    extensions: [extensions.digitalSignature, extensions.usage([oids.timeStamping], true)],
  });
  const stamping: NotationTrust = { ...trust, stores: { ...trust.stores, tsa: [tsaRoot] } };

  /** A signature with a timestamp over it, or over other bytes. */
  async function stamped(at: number, kind = jws, message?: Uint8Array): Promise<Made> {
    const { envelope } = await make({ kind });
    const { signature, ...rest } = kind.parse(envelope);
    const timestamp = makeToken({ certificate: tsaCertificate, privateKey: tsaKey.privateKey, message: message ?? signature, at });
    return around(kind.encode({ ...rest, chain, signature, timestamp, agent: "test" }), kind.mediaType);
  }
  const withTime = good.toSpliced(4, 0, "timestamp");

  test("a timestamp says when it was signed, long after", async () => {
    for (const kind of [jws, cose]) {
      const finding = await verifyMade(await stamped(now, kind), { trusted: stamping, at: Date.UTC(2050, 0, 1) });
      assert.deepEqual(summary(finding), withTime);
      assert.deepEqual(finding.seen, [{ kind: "timestamp", by: "CN=tsa root", at: now }]);
    }
  });

  test("a timestamp must lie within every certificate's time, and not after now", async () => {
    const at = Date.UTC(2050, 0, 1);
    for (const time of [leaf.notBefore - 1000, leaf.notAfter + 1000]) {
      assert.deepEqual(await checksOf(stamped(time), { trusted: stamping, at }), withTime.toSpliced(5, 1, "certificate EXPIRED"));
    }
    assert.deepEqual(await checksOf(stamped(now + 1000), { trusted: stamping }), good.toSpliced(4, 1, "timestamp TIMESTAMP_INVALID"));
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

  test("a timestamp is not looked at where none is asked for", async () => {
    const afterwards: NotationTrust = { ...stamping, verifyTimestamp: "afterCertExpiry" };
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
      good.toSpliced(4, 1, "certificate EXPIRED"),
    );
  });
});

suite("Notary Project manifests", () => {
  test("are known by their artifact type or by their config", () => {
    const layers = [{ mediaType: jws.mediaType, digest: subject.digest, size: 100 }];
    const config = { ...emptyConfig.descriptor, mediaType: signatureType };
    assert.equal(notation.recognise(foundIn({ artifactType: signatureType, layers }))?.fetch.length, 1);
    assert.equal(notation.recognise(foundIn({ config, layers }))?.fetch.length, 1);
    assert.equal(notation.recognise(foundIn({ artifactType: "application/other", layers })), undefined);
    assert.equal(notation.recognise(foundIn({ layers })), undefined);
  });

  test("with a layer of another type, or one too large, are reported and not fetched", async () => {
    for (const [layer, expected] of [
      [{ mediaType: "application/json", digest: subject.digest, size: 100 }, "format MALFORMED_EVIDENCE"],
      [{ mediaType: cose.mediaType, digest: subject.digest, size: 32 * 1024 * 1024 + 1 }, "format LIMIT_EXCEEDED?"],
    ] as const) {
      const recognised = notation.recognise(foundIn({ artifactType: signatureType, layers: [layer] }));
      assert.deepEqual(recognised?.fetch, []);
      const [evidence] = recognised.read(new Map());
      assert.ok(evidence);
      const about = { repository: "r", reference: "r", digest: subject.digest, descriptor: subject, manifest: image };
      assert.deepEqual(summary(await notation.verify(evidence, about, makeTrust([]), now)), [expected]);
    }
  });

  test("T26: what a manifest says of the signer counts for nothing", async () => {
    const { envelope, manifest } = await make();
    const forged = encodeUtf8(decodeUtf8(manifest).replace(/thumbprint#S256":"[^}]*?","org/, 'thumbprint#S256":"[\\"00\\"]","org'));
    assert.notDeepEqual(forged, manifest);
    assert.deepEqual(await checksOf({ envelope, manifest: forged }), good);
  });

  test("whose envelope is missing give nothing, which the place reports", () => {
    const layers = [{ mediaType: jws.mediaType, digest: subject.digest, size: 100 }];
    assert.deepEqual(notation.recognise(foundIn({ artifactType: signatureType, layers }))?.read(new Map()), []);
  });
});

suite("Notary Project payloads", () => {
  const target = JSON.parse(JSON.stringify(subject));
  const refused: Readonly<Record<string, unknown>> = {
    nothing: {},
    "no target": { targetArtifact: null },
    "a target that is a list": { targetArtifact: [] },
    "a target without a digest": { targetArtifact: { ...target, digest: undefined } },
    "a target without a size": { targetArtifact: { ...target, size: undefined } },
    "a target without a media type": { targetArtifact: { ...target, mediaType: undefined } },
    "a negative size": { targetArtifact: { ...target, size: -1 } },
    "annotations that are no text": { targetArtifact: { ...target, annotations: { a: 1 } } },
  };
  for (const [name, payload] of Object.entries(refused)) {
    test(`with ${name} are refused`, async () => {
      assert.deepEqual(await looseChecks({ payload: encodeUtf8(JSON.stringify(payload)) }), malformed);
    });
  }

  test("that are no JSON, or say one thing twice, are refused", async () => {
    for (const text of ["", "x", '{"targetArtifact":{},"targetArtifact":{}}'])
      assert.deepEqual(await looseChecks({ payload: encodeUtf8(text) }), malformed);
  });
});

suite("Notary Project envelopes, changed", () => {
  for (const kind of [jws, cose]) {
    test(`any change of a byte of ${kind.name} is refused, or changes nothing that is claimed`, async () => {
      const made = await make({ kind, annotations: { a: "1" } });
      const original = await verifyMade(made);
      await fc.assert(
        fc.asyncProperty(fc.nat(made.envelope.length - 1), fc.integer({ min: 1, max: 255 }), async (index, flip) => {
          const envelope = Uint8Array.from(made.envelope, (byte, i) => (i === index ? byte ^ flip : byte));
          const finding = await verifyMade({ ...made, envelope });
          if (outcomeOf(finding) === "passed") {
            assert.deepEqual(finding.claim, original.claim);
            assert.deepEqual(finding.signer, original.signer);
          }
        }),
        { numRuns: 200 },
      );
    });

    test(`any bytes in place of ${kind.name} are refused`, async () => {
      const { manifest } = await make({ kind });
      const cbor = fc.dictionary(fc.string(), fc.string()).map((object) => encodeCbor(new Tagged(18, [new Map(Object.entries(object))])));
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 500 }), fc.json().map(encodeUtf8), cbor), async (envelope) => {
          assert.notEqual(outcomeOf(await verifyMade({ envelope, manifest })), "passed");
        }),
      );
    });
  }
});

function foundIn(members: object) {
  const bytes = encodeUtf8(JSON.stringify({ schemaVersion: 2, config: emptyConfig.descriptor, layers: [], subject, ...members }));
  const manifest = parseManifest(bytes, mediaTypes.ociManifest);
  assert.ok(manifest.kind === "image");
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(bytes), size: bytes.length };
  return { place: { kind: "referrers" } as const, descriptor, manifest };
}

async function evidenceOf({ envelope, manifest }: Made) {
  const parsed = parseManifest(manifest, mediaTypes.ociManifest);
  assert.ok(parsed.kind === "image");
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(manifest), size: manifest.length };
  const recognised = notation.recognise({ place: { kind: "referrers" }, descriptor, manifest: parsed });
  return recognised?.read(new Map([[digestOf(envelope), envelope]])) ?? [];
}
