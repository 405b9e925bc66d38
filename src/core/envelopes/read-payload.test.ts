import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { atOnce, inSlices, sliceBytes } from "../async/in-slices.ts";
import { encodeUtf8, fromBase64, toBase64 } from "../bytes.ts";
import { base64String } from "./base64-string.ts";
import { parseDsse, splitPayload } from "./dsse.ts";

const { signal } = new AbortController();
const envelopeLimits = { path: ["payload"], maxBytes: 16 * 1024 * 1024, maxHeadBytes: 10_000 };

describe("the payload of an envelope", () => {
  it("is decoded at any size", async () => {
    for (const length of [0, 1, 2, 3, sliceBytes, 3 * sliceBytes + 1]) {
      const payload = Buffer.alloc(length, "payload");
      const envelope = { payload: toBase64(payload), payloadType: "text", signatures: [{ sig: "AAAA" }] };
      const bytes = encodeUtf8(JSON.stringify(envelope));
      const document = await inSlices(splitPayload(bytes, "envelope", envelopeLimits), signal);
      assert.deepEqual(parseDsse(document.head, 1, document.payload), {
        payload,
        payloadType: "text",
        signatures: [Buffer.alloc(3)],
      });
      const bundle = encodeUtf8(JSON.stringify({ dsseEnvelope: envelope }));
      const found = await inSlices(splitPayload(bundle, "bundle", { ...envelopeLimits, path: ["dsseEnvelope", "payload"] }), signal);
      assert.deepEqual(found.payload, payload);
    }
  });

  it("is refused where it is missing or not a base64 string", async () => {
    const read = async (text: string) => {
      const { head, payload } = await inSlices(splitPayload(encodeUtf8(text), "envelope", envelopeLimits), signal);
      return parseDsse(head, 1, payload);
    };
    await assert.rejects(read('{"payloadType":"text"}'), { message: "envelope.payload is missing, expected a string" });
    await assert.rejects(read('{"payload":1}'), { code: "MALFORMED", message: "envelope.payload is not a string" });
    for (const payload of ["A", "AA", "AAA", "AA=A", "AAAA\\n", "AA==AAAA", "AAA_", "AB==", "é", "AAAA="])
      await assert.rejects(read(`{"payload":"${payload}"}`), { code: "MALFORMED", message: "envelope.payload is not base64" }, payload);
    await assert.rejects(read('{"payload":"\\x"}'), { code: "MALFORMED", message: "envelope.payload is not JSON" });
    const padded = `${"A".repeat(sliceBytes - 2)}==`;
    await assert.rejects(read(`{"payload":"${padded}${padded}"}`), { code: "MALFORMED", message: "envelope.payload is not base64" });
  });

  it("is accepted exactly where fromBase64 accepts it, escaped or not", () => {
    const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    fc.assert(
      fc.property(fc.base64String(), fc.nat({ max: 9 }), fc.constantFrom("", "=", "A", "AAAA", "*"), (text, length, end) => {
        const spelt = "A".repeat(sliceBytes - length - 2) + text.replaceAll(/[+/]/g, escape) + end;
        const json = encodeUtf8(`"${spelt}"`);
        let expected: Uint8Array;
        try {
          expected = fromBase64(JSON.parse(`"${spelt}"`));
        } catch {
          assert.throws(() => atOnce(base64String(json, "value")), { code: "MALFORMED" });
          return;
        }
        assert.deepEqual(atOnce(base64String(json, "value")), expected);
      }),
      { numRuns: 200 },
    );
  });

  it("is not decoded further after the signal is aborted", async () => {
    const bytes = encodeUtf8(JSON.stringify({ payload: "A".repeat(40 * sliceBytes) }));
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await assert.rejects(inSlices(splitPayload(bytes, "envelope", envelopeLimits), controller.signal), { code: "INTERRUPTED" });
  });
});
