import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { makeResponse, makeToken } from "../../../test/fakes/timestamp-authority.ts";
import { decodeUtf8 } from "../../core/bytes.ts";
import { hashOf } from "../../core/keys/hash.ts";
import { makeDer, makeKey } from "../../core/x509/fixture.test.ts";
import { cose } from "./cose-envelope.ts";
import { parseEnvelope } from "./envelope.ts";
import {
  certificate,
  chain,
  day,
  keyPairs,
  leaf,
  leafShape,
  make,
  now,
  root,
  signerKey,
  subject,
  summary,
  verifyMade,
} from "./fixture.test.ts";
import { jws } from "./jws-envelope.ts";
import { assembleSignature, prepareSignature, type NotationSigningRequest } from "./sign.ts";

const request: NotationSigningRequest = { subject, annotations: {}, chain, kind: jws, at: now };
const prepare = (change: Partial<NotationSigningRequest>) => prepareSignature({ ...request, ...change });

suite("signing for the Notary Project", () => {
  // Larger RSA keys take seconds to make; notation's own signatures stand for those.
  for (const algorithm of ["PS256", "ES256", "ES384", "ES512"]) {
    const key = keyPairs[algorithm]?.() ?? makeKey();
    for (const kind of [jws, cose]) {
      test(`${kind.name} with ${algorithm} verifies`, async () => {
        const signer = [certificate({ ...leafShape, key }), root];
        const made = await make({ kind, chain: signer, expiry: now + day }, key.privateKey);
        const finding = await verifyMade(made);
        assert.deepEqual(summary(finding), ["format", "signature", "certificate", "identity", "validity", "expiry", "subject"]);
        const envelope = parseEnvelope(kind, made.envelope);
        assert.equal(envelope.algorithm.jws, algorithm);
        assert.deepEqual(envelope.attributes, { scheme: "notary.x509", signingTime: now, expiry: now + day });
      });
    }
  }

  test("times are cut to whole seconds", async () => {
    const { envelope } = await make({ at: now + 999, expiry: now + day + 999 });
    assert.deepEqual(parseEnvelope(jws, envelope).attributes, { scheme: "notary.x509", signingTime: now, expiry: now + day });
  });

  test("the manifest names the subject, the envelope and the chain's thumbprints", async () => {
    const { envelope, manifest } = await make();
    const { layers, annotations, ...rest } = JSON.parse(decodeUtf8(manifest));
    assert.deepEqual(rest.subject, { ...subject });
    assert.equal(rest.config.mediaType, "application/vnd.cncf.notary.signature");
    assert.equal(rest.artifactType, undefined);
    assert.deepEqual([layers.length, layers[0].mediaType, layers[0].size], [1, "application/jose+json", envelope.length]);
    assert.deepEqual(
      JSON.parse(annotations["io.cncf.notary.x509chain.thumbprint#S256"]),
      chain.map(({ raw }) => hashOf(raw, "sha256")),
    );
    assert.equal(annotations["org.opencontainers.image.created"], "2026-06-15T12:00:00Z");
  });

  test("a timestamp goes along, without the response it came in", async () => {
    const certificateOfTsa = makeDer({ subject: "tsa", key: signerKey });
    const token = makeToken({ certificate: certificateOfTsa, privateKey: signerKey.privateKey, message: Uint8Array.of(1), at: now });
    for (const kind of [jws, cose]) {
      const prepared = await prepare({ kind });
      for (const timestamp of [token, makeResponse(0, token)]) {
        const [envelope = new Uint8Array()] = assembleSignature(prepared, Uint8Array.of(1), timestamp).blobs;
        assert.deepEqual(Buffer.from(parseEnvelope(kind, envelope).timestamp ?? []), Buffer.from(token));
      }
      assert.throws(() => assembleSignature(prepared, Uint8Array.of(1), makeResponse(2)), { code: "TIMESTAMP_INVALID" });
    }
  });

  test("is refused for a chain that no verifier would accept", async () => {
    await assert.rejects(prepare({ chain: [] }), { code: "CERTIFICATE_REQUIRED" });
    await assert.rejects(prepare({ chain: [leaf] }), { code: "CERTIFICATE_INVALID" });
    await assert.rejects(prepare({ chain: [root, leaf] }), { code: "CERTIFICATE_INVALID" });
    await assert.rejects(prepare({ chain: [certificate({ ...leafShape, signedBy: makeKey().privateKey }), root] }), {
      code: "CERTIFICATE_INVALID",
    });
    await assert.rejects(prepare({ at: leaf.notAfter + 1 }), { code: "EXPIRED" });
    await assert.rejects(prepare({ at: leaf.notBefore - 1 }), { code: "EXPIRED" });
  });

  test("is refused where it would expire at once, or takes a name that is reserved", async () => {
    for (const expiry of [now - day, now, now + 999]) await assert.rejects(prepare({ expiry }), { code: "USAGE" });
    await assert.rejects(prepare({ annotations: { "io.cncf.notary.x": "1" } }), { code: "USAGE", message: /reserved/ });
    await prepare({ expiry: now + 1000, annotations: { "io.example": "1" } });
  });
});
