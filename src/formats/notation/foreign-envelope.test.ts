import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { formatInstant } from "../../core/instant.ts";
import { makeKey } from "../../core/x509/fixture.test.ts";
import type { MadeEnvelope } from "../../core/signer.ts";
import type { AcceptedEnvelope } from "../writer.ts";
import { cose } from "./cose-envelope.ts";
import {
  certificate,
  chain,
  day,
  leaf,
  leafShape,
  looseCose,
  looseJws,
  make,
  now,
  root,
  subject,
  summary,
  trust,
  verifyMade,
  type LooseParts,
} from "./fixture.test.ts";
import { acceptEnvelope, requestEnvelope } from "./foreign-envelope.ts";
import { jws } from "./jws-envelope.ts";
import type { Terms } from "./sign.ts";

const terms: Terms = { subject, annotations: {}, kind: jws, at: now };
const { scheme, plugin, expiry, time } = {
  scheme: "io.cncf.notary.signingScheme",
  plugin: "io.cncf.notary.verificationPlugin",
  expiry: "io.cncf.notary.expiry",
  time: "io.cncf.notary.authenticSigningTime",
};

const accept = (made: Partial<MadeEnvelope>, change: Partial<Terms> = {}): Promise<AcceptedEnvelope> =>
  acceptEnvelope({ bytes: looseJws().envelope, annotations: {}, ...made }, { ...terms, ...change });
const acceptJws = (parts: LooseParts, change?: Partial<Terms>): Promise<AcceptedEnvelope> =>
  accept({ bytes: looseJws(parts).envelope }, change);
const payload = (target: object, beside: object = {}): Uint8Array =>
  encodeUtf8(JSON.stringify({ targetArtifact: { ...subject, ...target }, ...beside }));
/** Protected headers with an expiry this long after the signing time. */
const ending = (milliseconds: number): LooseParts => ({
  headers: { crit: [scheme, expiry], [expiry]: formatInstant(now + milliseconds) },
});

/** Verifies the accepted envelope as evidence of an image. */
async function verified({ artifact }: AcceptedEnvelope, trusted = trust): Promise<readonly string[]> {
  assert.ok(artifact.kind === "referrer");
  const [envelope = new Uint8Array()] = artifact.blobs;
  return summary(await verifyMade({ envelope, manifest: artifact.manifest }, { trusted }));
}

suite("an envelope that a plugin is to make", () => {
  test("is of our payload, and ends when it was asked to", () => {
    const { payload: bytes, ...rest } = requestEnvelope({ ...terms, annotations: { stage: "test" } });
    assert.deepEqual(JSON.parse(decodeUtf8(bytes)), { targetArtifact: { ...subject, annotations: { stage: "test" } } });
    assert.deepEqual(rest, { payloadType: "application/vnd.cncf.notary.payload.v1+json", envelopeType: "application/jose+json" });
    const { lifetime, envelopeType } = requestEnvelope({ ...terms, kind: cose, at: now + 900, expiry: now + day + 900 });
    assert.deepEqual([lifetime, envelopeType], [24 * 60 * 60, "application/cose"]);
  });

  test("is not requested with an expiry that has passed, or with a reserved annotation", () => {
    for (const end of [now - day, now, now + 999]) assert.throws(() => requestEnvelope({ ...terms, expiry: end }), { code: "USAGE" });
    assert.throws(() => requestEnvelope({ ...terms, annotations: { "io.cncf.notary.x": "1" } }), { code: "USAGE" });
  });
});

suite("an envelope that a plugin made", () => {
  const passing = ["format", "signature", "certificate", "identity", "validity", "subject"];

  test("is stored as it came, and verifies", async () => {
    for (const { made, kind } of [
      { made: looseJws(), kind: jws },
      { made: looseCose(), kind: cose },
      { made: await make(), kind: jws },
    ]) {
      const accepted = await accept({ bytes: made.envelope }, { kind });
      assert.ok(accepted.artifact.kind === "referrer");
      assert.equal(accepted.artifact.blobs[0], made.envelope);
      assert.deepEqual(await verified(accepted), passing);
      assert.deepEqual(accepted.by, { publicKey: leaf.publicKey, chain });
    }
  });

  test("has its annotations in the manifest, beside our own and in order", async () => {
    const { artifact } = await accept({ annotations: { "z.example": "2", "com.example.job": "1" } });
    assert.ok(artifact.kind === "referrer");
    const { annotations } = JSON.parse(decodeUtf8(artifact.manifest));
    assert.deepEqual(Object.keys(annotations), [
      "com.example.job",
      "io.cncf.notary.x509chain.thumbprint#S256",
      "org.opencontainers.image.created",
      "z.example",
    ]);
    assert.equal(annotations["org.opencontainers.image.created"], formatInstant(now));
  });

  test("may have annotations more than were asked", async () => {
    const accepted = await acceptJws(
      { payload: payload({ annotations: { stage: "test", job: "1" } }) },
      { annotations: { stage: "test" } },
    );
    assert.deepEqual(await verified(accepted), passing);
  });

  test("may be a signing authority's, name a verification plugin, and expire although no expiry was requested", async () => {
    const headers = {
      crit: [scheme, time, expiry, plugin, "com.example.profile"],
      [scheme]: "notary.x509.signingAuthority",
      "io.cncf.notary.signingTime": undefined,
      // Its clock may be ahead of ours.
      [time]: formatInstant(now + 2000),
      [expiry]: formatInstant(now + day),
      [plugin]: "com.example.fake",
      "com.example.profile": "1",
    };
    const checks = await verified(await acceptJws({ headers }), { ...trust, stores: { ...trust.stores, signingAuthority: [root] } });
    assert.ok(checks.includes("plugin UNDECIDED?"), checks.join());
    assert.ok(!checks.some((check) => /^(signature|subject|expiry) /.test(check)), checks.join());
  });

  test("has the requested expiry, within a second", async () => {
    for (const off of [-1000, 0, 1000]) {
      const accepted = await acceptJws(ending(day + off), { expiry: now + day });
      assert.ok((await verified(accepted)).includes("expiry"));
    }
  });

  const stranger = certificate({ ...leafShape, key: makeKey() });
  const old = certificate({ ...leafShape, notAfter: now - day });
  const bad: Readonly<Record<string, readonly [() => Promise<unknown>, code: string, message: RegExp]>> = {
    "is for another digest": [
      () => acceptJws({ payload: payload({ digest: `sha256:${"0".repeat(64)}` }) }),
      "PLUGIN_FAILED",
      /the envelope that the plugin made is for digest "sha256:000/,
    ],
    "is for another size": [() => acceptJws({ payload: payload({ size: 1 }) }), "PLUGIN_FAILED", /is for size 1, asked for/],
    "is for another type": [() => acceptJws({ payload: payload({ mediaType: "a/b" }) }), "PLUGIN_FAILED", /is for mediaType "a\/b"/],
    "has a member that describes more": [() => acceptJws({ payload: payload({ urls: [] }) }), "PLUGIN_FAILED", /the member "urls"/],
    "has a member beside the image": [() => acceptJws({ payload: payload({}, { more: 1 }) }), "PLUGIN_FAILED", /the member "more"/],
    "has lost an annotation": [() => accept({}, { annotations: { stage: "test" } }), "PLUGIN_FAILED", /the annotation "stage" as it was/],
    "has changed an annotation": [
      () => acceptJws({ payload: payload({ annotations: { stage: "production" } }) }, { annotations: { stage: "test" } }),
      "PLUGIN_FAILED",
      /the annotation "stage" as it was/,
    ],
    "has an annotation with a reserved name": [
      () => acceptJws({ payload: payload({ annotations: { "io.cncf.notary.x": "1" } }) }),
      "PLUGIN_FAILED",
      /"io.cncf.notary.x", whose name is reserved/,
    ],
    "has another payload": [() => acceptJws({ payload: encodeUtf8("{}") }), "MALFORMED", /targetArtifact/],
    "has no payload": [() => acceptJws({ payload: new Uint8Array() }), "MALFORMED", /payload is not JSON/],
    "has a payload of another type": [() => acceptJws({ headers: { cty: "text/plain" } }), "UNSUPPORTED", /payload of type "text\/plain"/],
    "was changed after it was signed": [() => accept({ bytes: changed() }), "PLUGIN_FAILED", /does not verify with the certificate's key/],
    "has the certificate of another key": [
      () => acceptJws({ certificates: [stranger, root] }),
      "PLUGIN_FAILED",
      /does not verify with the certificate's key/,
    ],
    "says another algorithm than its key's": [() => acceptJws({ headers: { alg: "PS256" } }), "PLUGIN_FAILED", /says PS256/],
    "has no root": [() => acceptJws({ certificates: [leaf] }), "CERTIFICATE_INVALID", /the chain is not complete/],
    "has no certificate": [() => acceptJws({ certificates: [] }), "MALFORMED", /no certificate/],
    "has a certificate that has ended": [() => acceptJws({ certificates: [old, root] }), "EXPIRED", /is valid from/],
    "has a certificate that ends before now": [() => accept({}, { at: leaf.notAfter + 1 }), "EXPIRED", /is valid from/],
    "has no end": [() => accept({}, { expiry: now + day }), "PLUGIN_FAILED", /says no end, asked for one after 86400 s/],
    "ends too late": [() => acceptJws(ending(2 * day), { expiry: now + day }), "PLUGIN_FAILED", /after 172800 s, asked for 86400 s/],
    "ends too early": [() => acceptJws(ending(day - 2000), { expiry: now + day }), "PLUGIN_FAILED", /after 86398 s/],
    "has a critical attribute that nobody knows": [
      () => acceptJws({ headers: { crit: [scheme, "com.example.x"], "com.example.x": 1 } }),
      "MALFORMED",
      /com.example.x/,
    ],
    "is of another scheme": [() => acceptJws({ headers: { [scheme]: "notary.x510" } }), "UNSUPPORTED", /scheme/],
    "is of another kind": [() => accept({ bytes: looseCose().envelope }), "MALFORMED", /envelope/],
    "is nothing": [() => accept({ bytes: new Uint8Array() }), "MALFORMED", /not JSON/],
    "is too large": [() => accept({ bytes: new Uint8Array(32 * 1024 * 1024 + 1) }), "LIMIT_EXCEEDED", /33554433 bytes/],
    "names the chain in its own way": [
      () => accept({ annotations: { "io.cncf.notary.x509chain.thumbprint#S256": "[]" } }),
      "PLUGIN_FAILED",
      /thumbprint#S256", which is not the plugin's to set/,
    ],
    "says itself when it was made": [
      () => accept({ annotations: { "org.opencontainers.image.created": "2000-01-01T00:00:00Z" } }),
      "PLUGIN_FAILED",
      /created", which is not/,
    ],
    "says too much": [() => accept({ annotations: { a: "a".repeat(4 * 1024 * 1024) } }), "LIMIT_EXCEEDED", /a manifest of/],
  };
  for (const [name, [accepted, code, message]] of Object.entries(bad)) {
    test(`that ${name} is refused`, () => assert.rejects(accepted, { code, message }));
  }
});

/** The image's envelope with another payload, and the signature it had. */
function changed(): Uint8Array {
  const envelope = JSON.parse(decodeUtf8(looseJws().envelope));
  const other = Buffer.from(payload({ size: 1 })).toString("base64url");
  return encodeUtf8(JSON.stringify({ ...envelope, payload: other }));
}
