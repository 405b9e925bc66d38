import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../test/reads-or-refuses.ts";
import { concat, toHex } from "../core/bytes.ts";
import { encodeDer, tags } from "../core/asn1/der.ts";
import { bigEndian, readSctList } from "./sct-list.ts";

const vector = (bytes: Uint8Array) => concat([bigEndian(bytes.length, 2), bytes]);
const listOf = (entries: readonly Uint8Array[]) => encodeDer(tags.octetString, vector(concat(entries.map(vector))));
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const entry = fc.record({
  logId: bytes(32),
  at: fc.integer({ min: 0, max: 253_402_300_799_999 }),
  extensions: fc.uint8Array({ maxLength: 20 }),
  algorithm: bytes(2),
  signature: fc.uint8Array({ maxLength: 80 }),
});

suite("an SCT list", () => {
  test("reads back as it was written", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        const written = entries.map(({ logId, at, extensions, algorithm, signature }) =>
          concat([Uint8Array.of(0), logId, Uint8Array.of(0, 0), bigEndian(at, 6), vector(extensions), algorithm, vector(signature)]),
        );
        const read = readSctList(listOf(written));
        assert.deepEqual(
          read.map(({ logId, at, algorithm, signature }) => [logId, at, algorithm, toHex(signature)]),
          entries.map(({ logId, at, algorithm, signature }) => [toHex(logId), at, algorithm.join("/"), toHex(signature)]),
        );
        assert.deepEqual(
          read.map(({ timestamp, extensions }) => toHex(concat([timestamp, extensions]))),
          entries.map(({ at, extensions }) => toHex(concat([bigEndian(0, 2), bigEndian(at, 6), vector(extensions)]))),
        );
      }),
    );
  });

  test("any bytes are read or refused", () => {
    const inside = fc.uint8Array({ maxLength: 200 });
    const any = fc.oneof(
      inside,
      inside.map((content) => encodeDer(tags.octetString, content)),
      fc.array(inside, { maxLength: 3 }).map(listOf),
    );
    fc.assert(
      fc.property(any, (value) => {
        readsOrRefuses(() => readSctList(value), "MALFORMED");
      }),
    );
  });
});
