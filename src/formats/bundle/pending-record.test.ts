import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { formatLimits } from "../limits.ts";
import { encodePendingRecord, parsePendingRecord } from "./pending-record.ts";

const logs = fc.array(fc.webUrl(), { minLength: 1, maxLength: 8 });

describe("the record of a pending log upload", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(logs, fc.option(fc.uint8Array({ minLength: 1, maxLength: 500 }), { nil: undefined }), (urls, key) => {
        const record = { logs: urls, ...(key && { publicKey: Buffer.from(key) }) };
        assert.deepEqual(parsePendingRecord(encodePendingRecord(record)), record);
      }),
    );
  });

  it("is what the reference says", () => {
    const bytes = encodePendingRecord({ logs: ["https://log.example"], publicKey: Uint8Array.of(1, 2) });
    assert.equal(decodeUtf8(bytes), '{"logs":["https://log.example"],"publicKey":"AQI="}');
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json().map(encodeUtf8)), (bytes) => {
        readsOrRefuses(() => assert.ok(parsePendingRecord(bytes).logs.length > 0));
      }),
    );
  });

  it("is bounded, and names logs alone", () => {
    for (const [text, code] of [
      ["[]", "MALFORMED"],
      ["{}", "MALFORMED"],
      ['{"logs":[]}', "MALFORMED"],
      ['{"logs":"https://log.example"}', "MALFORMED"],
      ['{"logs":[{}]}', "MALFORMED"],
      ['{"logs":["a"],"logs":["b"]}', "MALFORMED"],
      ['{"logs":["a"],"publicKey":"?"}', "MALFORMED"],
      [JSON.stringify({ logs: Array(9).fill("a") }), "LIMIT_EXCEEDED"],
      [JSON.stringify({ logs: ["a".repeat(formatLimits.pendingRecordBytes)] }), "LIMIT_EXCEEDED"],
    ] as const) {
      assert.throws(() => parsePendingRecord(encodeUtf8(text)), { code }, text.slice(0, 50));
    }
  });
});
