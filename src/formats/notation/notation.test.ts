import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { encodeCbor, Tagged } from "../../core/envelopes/cbor.ts";
import { digestOf } from "../../core/digest.ts";
import { outcomeOf } from "../../core/finding.ts";
import { emptyConfig, mediaTypes, parseManifest } from "../../core/oci/manifest.ts";
import { publicKeyOf } from "../../core/keys/public-key.ts";
import { extensions, makeKey } from "../../core/x509/fixture.test.ts";
import { revocable } from "../../core/x509/revocation-fixture.test.ts";
import { parseTrustedName } from "../../trust/notation/trusted-names.ts";
import { makeTrust } from "../../trust/trust.ts";
import { cose } from "./cose-envelope.ts";
import {
  type Trusted,
  certificate,
  image,
  leaf,
  leafShape,
  looseCose,
  looseJws,
  make,
  now,
  root,
  rootShape,
  subject,
  summary,
  trust,
  verifyMade,
  type Made,
  checksOf,
  looseChecks,
  goodChecks as good,
  malformedChecks as malformed,
} from "./fixture.test.ts";
import { jws } from "./jws-envelope.ts";
import { notation } from "./notation.ts";
import { signatureType } from "./signature-type.ts";

const { signal } = new AbortController();

suite("Notary Project signatures", () => {
  test("hold, made loosely or by ourselves, in both envelopes", async () => {
    for (const made of [looseJws(), looseCose(), make(), make({ kind: cose })]) assert.deepEqual(await checksOf(made), good);
  });

  test("do not hold with another root, or with no trust at all", async () => {
    const stores = { ...trust.stores, ca: [certificate({ ...rootShape, key: makeKey() })] };
    assert.deepEqual(await checksOf(make(), { trusted: { ...trust, stores } }), good.toSpliced(2, 1, "certificate CERTIFICATE_UNTRUSTED"));
    const [evidence] = await evidenceOf(await make());
    assert.ok(evidence);
    const about = { kind: "image" as const, repository: "r", reference: "r", digest: subject.digest, descriptor: subject, manifest: image };
    const nobody = await notation.verify(evidence, about, makeTrust(), now);
    assert.deepEqual(summary(nobody), ["format", "certificate CERTIFICATE_UNTRUSTED"]);
    const key = { name: "release.pub", publicKey: publicKeyOf(makeKey().publicKey, "release.pub") };
    assert.deepEqual(summary(await notation.verify(evidence, about, makeTrust({ keys: [key] }), now)), [
      "format",
      "signature KEY_MISMATCH",
    ]);
    assert.equal(nobody.signer, undefined);
  });

  test("of an untrusted signer cause no revocation request; their revocation status stays unknown", async () => {
    const leafToAsk = certificate({ ...leafShape, extensions: [extensions.digitalSignature, revocable.crl("http://ca.example/list")] });
    const ours: Trusted = { ...trust, revocation: "ask" };
    const theirs = { ...ours, stores: { ...ours.stores, ca: [certificate({ ...rootShape, key: makeKey() })] } };
    const made = looseJws({ certificates: [leafToAsk, root] });
    const unknown = good.toSpliced(-1, 0, "revocation REVOCATION_UNKNOWN?");
    const strangers = await verifyMade(made, { trusted: theirs });
    assert.deepEqual(summary(strangers), unknown.toSpliced(2, 1, "certificate CERTIFICATE_UNTRUSTED"));
    assert.equal(strangers.needs, undefined);
    const known = await verifyMade(made, { trusted: ours });
    assert.deepEqual([summary(known), known.needs?.length], [unknown, 1]);
  });

  test("must name the requested digest, media type and size", async () => {
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

  test("must be by an expected subject with all of its attributes", async () => {
    const by = (...texts: readonly string[]): Trusted => ({
      ...trust,
      identities: texts.map((text) => parseTrustedName(`x509.subject:${text}`, "identity")),
    });
    const mismatch = good.toSpliced(3, 1, "identity IDENTITY_MISMATCH");
    assert.deepEqual(await checksOf(make(), { trusted: by("C=US,S=WA,O=other", "C=US,S=WA,O=acme") }), good);
    assert.deepEqual(await checksOf(make(), { trusted: by("C=US,ST=WA,O=acme,CN=release") }), good);
    assert.deepEqual(await checksOf(make(), { trusted: by("C=US,ST=WA,O=acme,CN=other") }), mismatch);
    assert.deepEqual(await checksOf(make(), { trusted: by("C=US,ST=WA,O=acme,OU=x") }), mismatch);
    assert.deepEqual(await checksOf(make(), { trusted: by() }), mismatch);
  });

  test("are by whom a certificate names by serial number and postal code, as notation spells these", async () => {
    const certificates = [certificate({ ...leafShape, subject: "C=US,2.5.4.17=98101,ST=WA,O=acme,2.5.4.5=7" }), root];
    const by = (text: string): Trusted => ({ ...trust, identities: [parseTrustedName(`x509.subject:${text}`, "identity")] });
    for (const text of ["C=US,ST=WA,O=acme", "C=US,ST=WA,O=acme,SERIALNUMBER=7,POSTALCODE=98101"])
      assert.deepEqual(await looseChecks({ certificates }, { trusted: by(text) }), good);
    const other = by("C=US,ST=WA,O=acme,SERIALNUMBER=8");
    assert.deepEqual(await looseChecks({ certificates }, { trusted: other }), good.toSpliced(3, 1, "identity IDENTITY_MISMATCH"));
  });

  test("refuse a subject with encoded values, multi-valued parts or a repeated attribute type", async () => {
    const trusted: Trusted = { ...trust, identities: [parseTrustedName("x509.subject:C=US,ST=WA,O=acme", "identity")] };
    for (const name of ["C=US,ST=WA,O=acme,1.2.3.4=x", "C=US+ST=WA,O=acme", "C=US,ST=WA,O=acme,OU=a,OU=b", "C=US,O=acme", "CN=acme"]) {
      const certificates = [certificate({ ...leafShape, subject: name }), root];
      assert.deepEqual(await looseChecks({ certificates }, { trusted }), good.toSpliced(3, 1, "identity IDENTITY_MISMATCH"), name);
    }
  });

  test("do not hold where the chain is broken, whoever is trusted", async () => {
    const broken = ["format", "signature", "certificate CERTIFICATE_INVALID", "subject"];
    const leafTrusted: Trusted = { ...trust, stores: { ...trust.stores, ca: [leaf, root] } };
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

  test("are verified by the key's own algorithm, whatever the envelope states", async () => {
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

  test("are not read with too many headers or annotations", async () => {
    const crowd = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`x${i}`, "0"]));
    const payload = encodeUtf8(JSON.stringify({ targetArtifact: { ...subject, annotations: crowd } }));
    for (const parts of [{ headers: crowd }, { unprotected: crowd }, { payload }])
      assert.deepEqual(await looseChecks(parts), ["format LIMIT_EXCEEDED?"]);
  });

  test("a manifest with many layers gives one refusal, and nothing is fetched", async () => {
    for (const layers of [[], Array.from({ length: 1000 }, () => ({ mediaType: jws.mediaType, digest: subject.digest, size: 1 }))]) {
      const recognised = notation.recognise(foundIn({ artifactType: signatureType, layers }));
      assert.deepEqual(recognised?.fetch, []);
      assert.equal((await recognised.read(new Map(), signal)).length, 1);
    }
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
      const [evidence] = await recognised.read(new Map(), signal);
      assert.ok(evidence);
      const about = {
        kind: "image" as const,
        repository: "r",
        reference: "r",
        digest: subject.digest,
        descriptor: subject,
        manifest: image,
      };
      assert.deepEqual(summary(await notation.verify(evidence, about, makeTrust(), now)), [expected]);
    }
  });

  test("the manifest's statements about the signer do not count", async () => {
    const { envelope, manifest } = await make();
    const forged = encodeUtf8(decodeUtf8(manifest).replace(/thumbprint#S256":"[^}]*?","org/, 'thumbprint#S256":"[\\"00\\"]","org'));
    assert.notDeepEqual(forged, manifest);
    assert.deepEqual(await checksOf({ envelope, manifest: forged }), good);
  });

  test("without an envelope give no evidence; the location reports it", async () => {
    const layers = [{ mediaType: jws.mediaType, digest: subject.digest, size: 100 }];
    assert.deepEqual(await notation.recognise(foundIn({ artifactType: signatureType, layers }))?.read(new Map(), signal), []);
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
  return { location: { kind: "referrers" } as const, descriptor, manifest };
}

async function evidenceOf({ envelope, manifest }: Made) {
  const parsed = parseManifest(manifest, mediaTypes.ociManifest);
  assert.ok(parsed.kind === "image");
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: digestOf(manifest), size: manifest.length };
  const recognised = notation.recognise({ location: { kind: "referrers" }, descriptor, manifest: parsed });
  return recognised ? recognised.read(new Map([[digestOf(envelope), envelope]]), signal) : [];
}
