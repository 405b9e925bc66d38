import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { encodeUtf8, toBase64 } from "../../core/bytes.ts";
import { Tagged, type Cbor } from "../../core/envelopes/cbor.ts";
import { extensions, makeDer } from "../../core/x509/fixture.test.ts";
import {
  certificate,
  chain,
  looseCose,
  now,
  signerKey,
  trust,
  attributes,
  checksOf,
  looseChecks,
  goodChecks as good,
  malformedChecks as malformed,
} from "./fixture.test.ts";

const { scheme, signingTime, authenticTime, expiry } = attributes;

suite("Notary Project attributes", () => {
  test("an unknown critical attribute refuses the signature", async () => {
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

  test("without a signature are optional, and their types are looked at where they count", async () => {
    assert.deepEqual(await looseChecks({ unprotected: { "io.cncf.notary.signingAgent": 5, other: {} } }), good);
    assert.deepEqual(await looseChecks({ unprotected: { "io.cncf.notary.timestampSignature": 5 } }), malformed);
    assert.deepEqual(await looseChecks({ unprotected: { "io.cncf.notary.timestampSignature": "***" } }), malformed);
    assert.deepEqual(await checksOf(looseCose([], [["io.cncf.notary.timestampSignature", "text"]])), malformed);
    assert.deepEqual(await looseChecks({ unprotected: { x5c: ["***"] } }), malformed);
    assert.deepEqual(await looseChecks({ unprotected: { x5c: [toBase64(encodeUtf8("no certificate"))] } }), malformed);
    assert.deepEqual(await looseChecks({ unprotected: { x5c: [1] } }), malformed);
  });
});
