import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { TouchmarkError } from "../../core/errors.ts";
import { blockSize, encodeHeader, padding, parseHeader, parseRecords } from "./tar.ts";

test("a header is read as it was written, for any size", () => {
  const name = fc.stringMatching(/^[a-z0-9/._-]{1,100}$/);
  fc.assert(
    fc.property(name, fc.maxSafeNat(), (path, size) => {
      const block = encodeHeader(path, size);
      assert.equal(block.length, blockSize);
      assert.deepEqual(parseHeader(block), { name: path, size, type: "0" });
    }),
  );
});

test("a name that is too long for a header is in an extended header", () => {
  for (const name of [`blobs/sha512/${"a".repeat(128)}`, "ä", "a".repeat(983), "a".repeat(984), "a".repeat(985)]) {
    const bytes = encodeHeader(name, 5);
    const header = parseHeader(bytes.subarray(0, blockSize));
    assert.equal(header?.type, "x");
    const records = parseRecords(bytes.subarray(blockSize, blockSize + (header?.size ?? 0)));
    assert.deepEqual([...records], [["path", name]]);
    assert.equal(parseHeader(bytes.subarray(-blockSize))?.size, 5);
  }
});

test("a block of zeros is the end, and a changed header is refused", () => {
  assert.equal(parseHeader(new Uint8Array(blockSize)), undefined);
  const block = encodeHeader("a", 1);
  block[0] = 0x62;
  assert.throws(() => parseHeader(block), { code: "MALFORMED", message: /checksum/ });
});

test("a truncated header is refused, even with a number in base 256", () => {
  const block = Buffer.from(encodeHeader("a", 2 ** 40));
  for (const length of [0, 125, 149, 511])
    assert.throws(() => parseHeader(block.subarray(0, length)), { code: "MALFORMED", message: /cut off/ });
});

test("files are padded to whole blocks", () => {
  assert.deepEqual(
    [0, 1, 511, 512, 513].map((size) => padding(size).length),
    [0, 511, 1, 0, 511],
  );
});

test("invalid records are refused", () => {
  for (const text of ["6 a=b", "x", "0 ", "2 ", "9999 a=b\n", "5 ab\n", "4 =\n", "6 a=b\n7"]) {
    assert.throws(() => parseRecords(Buffer.from(text)), { code: "MALFORMED" }, text);
  }
});

test("any bytes are parsed or refused", () => {
  const reads = (read: () => unknown): void => {
    try {
      read();
    } catch (error) {
      assert.ok(error instanceof TouchmarkError);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ minLength: blockSize, maxLength: blockSize }), (block) => reads(() => parseHeader(block))));
  fc.assert(fc.property(fc.string(), (text) => reads(() => parseRecords(Buffer.from(text)))));
});
