import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import * as fc from "fast-check";
import { testTime } from "../../../../test/fakes/clock.ts";
import { refuse } from "../../../../test/fakes/fulcio.ts";
import type { Script, ScriptedServer } from "../../../../test/fakes/scripted-registry.ts";
import { tsaFake, type TsaOptions } from "../../../../test/fakes/tsa.ts";
import { parseDer } from "../../../core/asn1/der.ts";
import { readInteger } from "../../../core/asn1/der-values.ts";
import { hash } from "../../../core/keys/hash.ts";
import { parseTimestampToken } from "../../../core/envelopes/timestamp-token.ts";
import { integer, octetString, oid, sequence } from "../../../core/x509/fixture.test.ts";
import { client, serve } from "../fixture.test.ts";
import { requestTimestamp, type ReceivedTimestamp, type TimestampRequest } from "./request-timestamp.ts";
import { encodeTimestampRequest } from "./timestamp-request.ts";

const message = Buffer.from("a signature");
const minutes = 60_000;
const post = "POST /api/v1/timestamp";

interface Authority {
  readonly server: ScriptedServer;
  readonly stamp: (more?: Partial<TimestampRequest>) => Promise<ReceivedTimestamp>;
}

async function authority(t: TestContext, options: TsaOptions = {}, instead: Script = {}): Promise<Authority> {
  const fake = tsaFake(options);
  const server = await serve(t, fake, instead);
  const usual = { service: `${server.origin}/api/v1/timestamp`, message, authorities: [fake.authority] };
  return { server, stamp: async (more = {}) => requestTimestamp({ ...usual, ...more }, client()) };
}

suite("a request to a timestamp authority", () => {
  test("has the bytes of RFC 3161", () => {
    const algorithm = sequence(oid("2.16.840.1.101.3.4.2.1"), Uint8Array.of(5, 0));
    const expected = [integer(1), sequence(algorithm, octetString(hash("sha256", message))), integer(77), Uint8Array.of(1, 1, 0xff)];
    assert.deepEqual(Buffer.from(encodeTimestampRequest(message, 77n)), Buffer.from(sequence(...expected)));
  });

  test("can be parsed with any nonce", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (nonce) => {
        const [, , value] = parseDer(encodeTimestampRequest(message, nonce), "request").children;
        assert.ok(value);
        assert.equal(readInteger(value, "nonce"), nonce);
      }),
    );
  });
});

suite("a timestamp", () => {
  test("is issued for our bytes, with our nonce, and stored as the authority sent it", async (t) => {
    const at = testTime - 1000;
    const { stamp } = await authority(t, { clock: () => at });
    const { timestamp, at: said } = await stamp();
    assert.equal(said, at);
    assert.equal(parseTimestampToken(timestamp).at, at);
  });

  test("is requested with another nonce each time", async (t) => {
    const { stamp, server } = await authority(t);
    await Promise.all([stamp(), stamp()]);
    assert.notDeepEqual(server.seen[0]?.body, server.seen[1]?.body);
  });

  test("may differ by the clock tolerance, and not by more", async (t) => {
    for (const off of [-4, 4]) await (await authority(t, { clock: () => testTime + off * minutes })).stamp();
    for (const off of [-6, 6, -60 * 24 * 0.9]) {
      const { stamp } = await authority(t, { clock: () => testTime + off * minutes });
      await assert.rejects(stamp(), { code: "TIMESTAMP_INVALID", message: /it says .*, and here it is .*: one of the clocks is wrong/ });
    }
  });

  const without = (info: Readonly<Record<string, Uint8Array>>, name: string) =>
    Object.fromEntries(Object.entries(info).filter(([key]) => key !== name));
  const ofOtherBytes = sequence(sequence(oid("2.16.840.1.101.3.4.2.1")), octetString(hash("sha256", Buffer.from("other"))));
  const ofOtherHash = sequence(sequence(oid("2.16.840.1.101.3.4.2.2")), octetString(hash("sha384", message)));
  for (const [what, options, code, expected] of [
    ["another nonce", { alter: (info) => ({ ...info, nonce: integer(7) }) }, "TIMESTAMP_INVALID", /nonce is not ours/],
    ["no nonce", { alter: (info) => without(info, "nonce") }, "TIMESTAMP_INVALID", /nonce is not ours/],
    ["an imprint of other bytes", { alter: (info) => ({ ...info, imprint: ofOtherBytes }) }, "TIMESTAMP_INVALID", /of other bytes/],
    ["an imprint by another hash", { alter: (info) => ({ ...info, imprint: ofOtherHash }) }, "TIMESTAMP_INVALID", /of other bytes/],
    ["a rejection", { status: 2 }, "TIMESTAMP_INVALID", /rejection, expected granted/],
    ["patience asked for", { status: 3 }, "TIMESTAMP_INVALID", /waiting/],
  ] as const satisfies readonly (readonly [string, TsaOptions, string, RegExp])[]) {
    test(`is refused with ${what}`, async (t) => {
      const { stamp } = await authority(t, options);
      await assert.rejects(stamp(), { code, message: expected });
    });
  }

  test("is refused from an untrusted authority, whatever certificate it sends", async (t) => {
    const { stamp } = await authority(t);
    const { authority: other } = tsaFake();
    await assert.rejects(stamp({ authorities: [other] }), { code: "CERTIFICATE_UNTRUSTED", message: /no authority that is trusted/ });
    await assert.rejects(stamp({ authorities: [] }), { code: "CERTIFICATE_UNTRUSTED", message: /no authority that is trusted/ });
  });

  for (const [what, answer, code, expected] of [
    ["prose", { body: "<html>" }, "MALFORMED", /not DER/],
    ["nothing", { body: "" }, "MALFORMED", /cut off/],
    ["more than it can be", { body: Buffer.alloc(70_000) }, "LIMIT_EXCEEDED", /longer than/],
    ["a fault of its own", refuse(500, "no entropy"), "SERVICE_UNAVAILABLE", /cannot give a timestamp now: status 500 \(no entropy\)/],
    ["a refusal", refuse(400, "bad request"), "SERVICE_REFUSED", /refuses to give a timestamp/],
  ] as const) {
    test(`is not found in a response with ${what}`, async (t) => {
      const { stamp } = await authority(t, {}, { [post]: answer });
      await assert.rejects(stamp(), { code, message: expected });
    });
  }
});
