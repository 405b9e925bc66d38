import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { toHex } from "../bytes.ts";
import { encodeCbor, parseCbor, Tagged, type Cbor, type CborLimits } from "./cbor.ts";
import { TouchmarkError } from "../errors.ts";

const parse = (hex: string, limits?: CborLimits): Cbor => parseCbor(Buffer.from(hex, "hex"), "it", limits);

/** The examples of RFC 8949, appendix A, that use the supported subset. */
const examples: readonly (readonly [string, Cbor])[] = [
  ["00", 0],
  ["17", 23],
  ["1818", 24],
  ["1903e8", 1000],
  ["1a000f4240", 1_000_000],
  ["1b000000e8d4a51000", 1_000_000_000_000],
  ["20", -1],
  ["3863", -100],
  ["3903e7", -1000],
  ["f4", false],
  ["f5", true],
  ["f6", null],
  ["c11a514b67b0", new Tagged(1, 1_363_896_240)],
  ["d74401020304", new Tagged(23, Buffer.of(1, 2, 3, 4))],
  ["40", Buffer.of()],
  ["4401020304", Buffer.of(1, 2, 3, 4)],
  ["60", ""],
  ["6449455446", "IETF"],
  ["62225c", '"\\'],
  ["63e6b0b4", "水"],
  ["64f0908591", "\u{10151}"],
  ["80", []],
  ["8301820203820405", [1, [2, 3], [4, 5]]],
  ["a0", new Map()],
  [
    "a201020304",
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    "a26161016162820203",
    new Map<string, Cbor>([
      ["a", 1],
      ["b", [2, 3]],
    ]),
  ],
];

const refused: Readonly<Record<string, string>> = {
  nothing: "",
  "a cut head": "19",
  "a cut argument": "1903",
  "cut bytes": "4401",
  "a cut array": "8201",
  "a cut map": "a101",
  "a value after the end": "0000",
  "1 in two bytes": "1801",
  "255 in three bytes": "1900ff",
  "65535 in five bytes": "1a0000ffff",
  "2^32-1 in nine bytes": "1b00000000ffffffff",
  "2^53": "1b0020000000000000",
  "-2^53": "3b001fffffffffffff",
  "2^64-1": "1bffffffffffffffff",
  "an indefinite byte string": "5f42010243030405ff",
  "an indefinite text": "7f657374726561646d696e67ff",
  "an indefinite array": "9fff",
  "an indefinite map": "bfff",
  "a half float": "f93c00",
  "a float": "fa47c35000",
  "a double": "fb3ff199999999999a",
  undefined: "f7",
  "a simple value": "f0",
  "a simple value of a byte": "f8ff",
  "a break": "ff",
  "reserved 28": "1c",
  "a key twice": "a201020103",
  "a text key twice": "a2616101616102",
  "a key of bytes": "a1410101",
  "a key of an array": "a18001",
  "text that is not UTF-8": "62c328",
  "a huge byte string": "5b001fffffffffffff00",
};

suite("CBOR", () => {
  for (const [hex, value] of examples) {
    test(`reads and writes ${hex}`, () => {
      assert.deepEqual(parse(hex), value);
      assert.equal(toHex(encodeCbor(value)), hex);
    });
  }

  for (const [name, hex] of Object.entries(refused)) {
    test(`refuses ${name}`, () => assert.throws(() => parse(hex), { code: "MALFORMED" }));
  }

  test("keys are read in any order and written in one", () => {
    const value = parse("a3616102200103f5");
    assert.equal(toHex(encodeCbor(value)), "a303f52001616102");
  });

  test("refuses more than its bounds allow", () => {
    assert.throws(() => parse("4401020304", { maxBytes: 4 }), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parse("81".repeat(17) + "00"), { code: "LIMIT_EXCEEDED", message: /deeper than 16/ });
    assert.throws(() => parse("c1".repeat(100_000)), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parse("8401020304", { maxValues: 4 }), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parse("9affffffff" + "00".repeat(20_000)), { code: "LIMIT_EXCEEDED" });
  });

  const key = fc.oneof(fc.maxSafeInteger(), fc.string({ unit: "grapheme" }));
  const { value: anything } = fc.letrec<{ value: Cbor }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.maxSafeInteger(),
      fc.string({ unit: "grapheme" }),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.array(tie("value"), { maxLength: 30 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 30 }).map((entries) => new Map(entries)),
      fc.tuple(fc.nat(), tie("value")).map(([tag, value]) => new Tagged(tag, value)),
    ),
  }));

  test("a value that is written reads back, and encodes the same again", () => {
    fc.assert(
      fc.property(anything, (value) => {
        const bytes = encodeCbor(value);
        const found = parseCbor(bytes, "it", { maxDepth: 64, maxValues: 1_000_000 });
        assert.deepEqual(found, value);
        assert.deepEqual(encodeCbor(found), bytes);
      }),
    );
  });

  test("any bytes are read or throw a TouchmarkError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          assert.equal(encodeCbor(parseCbor(bytes, "it")).length, bytes.length);
        } catch (thrown) {
          assert.ok(thrown instanceof TouchmarkError && ["MALFORMED", "LIMIT_EXCEEDED"].includes(thrown.code), String(thrown));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
