import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { encodeDer, parseDer, tags } from "./der.ts";
import {
  readAscii,
  readBitString,
  readBitStringBytes,
  readBoolean,
  readInteger,
  readIntegerBytes,
  readOctetString,
  readOid,
  readText,
  readTime,
} from "./der-values.ts";

const der = (text: string) => parseDer(Buffer.from(text.replaceAll(" ", ""), "hex"), "value");
const latin1 = (tag: number, text: string) => parseDer(encodeDer(tag, Buffer.from(text, "latin1")), "value");
const refuses = (read: () => unknown, message?: RegExp) => assert.throws(read, { code: "MALFORMED", ...(message && { message }) });

suite("DER values", () => {
  test("object identifiers", () => {
    assert.equal(readOid(der("06 07 2a 86 48 ce 3d 02 01"), "oid"), "1.2.840.10045.2.1");
    assert.equal(readOid(der("06 0a 2b 06 01 04 01 d6 79 02 04 02"), "oid"), "1.3.6.1.4.1.11129.2.4.2");
    assert.equal(readOid(der("06 03 88 37 03"), "oid"), "2.999.3"); // X.690, section 8.19.5
    assert.equal(readOid(der("06 01 27"), "oid"), "0.39");
    for (const bad of ["06 00", "06 01 80", "06 02 2a 86", "06 03 2a 80 01", "05 00", `06 81 81 ${"01".repeat(129)}`]) {
      refuses(() => readOid(der(bad), "oid"), /oid/);
    }
  });

  test("integers, negative and large ones too", () => {
    for (const [text, value] of Object.entries({
      "02 01 00": 0n,
      "02 01 7f": 127n,
      "02 02 00 80": 128n,
      "02 01 80": -128n,
      "02 02 ff 7f": -129n,
      "02 09 00 ff ff ff ff ff ff ff ff": 2n ** 64n - 1n,
    })) {
      assert.equal(readInteger(der(text), "number"), value);
    }
    assert.deepEqual([...readIntegerBytes(der("02 02 00 80"), "number")], [0, 0x80]);
    for (const bad of ["02 00", "02 02 00 7f", "02 02 ff 80", "0a 01 00"]) refuses(() => readInteger(der(bad), "number"), /number/);
    refuses(() => readInteger(parseDer(encodeDer(tags.integer, new Uint8Array(1025).fill(1)), "number"), "number"), /1025 bytes/);
  });

  test("booleans are 00 or ff", () => {
    assert.equal(readBoolean(der("01 01 ff"), "flag"), true);
    assert.equal(readBoolean(der("01 01 00"), "flag"), false);
    for (const bad of ["01 01 01", "01 00", "01 02 ff ff", "02 01 00"]) refuses(() => readBoolean(der(bad), "flag"), /flag/);
  });

  test("bit strings, whose unused bits are zero", () => {
    assert.deepEqual({ ...readBitString(der("03 02 07 80"), "bits") }, { bytes: Buffer.of(0x80), unusedBits: 7 });
    assert.equal(readBitString(der("03 01 00"), "bits").bytes.length, 0);
    assert.deepEqual([...readBitStringBytes(der("03 03 00 01 02"), "bits")], [1, 2]);
    for (const bad of ["03 00", "03 01 01", "03 02 08 00", "03 02 ff 00", "03 02 01 01", "04 01 00"])
      refuses(() => readBitString(der(bad), "bits"), /bits/);
    refuses(() => readBitStringBytes(der("03 02 07 80"), "bits"), /whole byte/);
  });

  test("octet strings", () => {
    assert.deepEqual([...readOctetString(der("04 02 01 02"), "bytes")], [1, 2]);
    refuses(() => readOctetString(der("24 04 04 02 01 02"), "bytes"), /bytes/); // BER's constructed form
  });

  test("UTCTime and GeneralizedTime", () => {
    const time = (tag: number, text: string) => new Date(readTime(latin1(tag, text), "time")).toISOString();
    assert.equal(time(tags.utcTime, "260101000000Z"), "2026-01-01T00:00:00.000Z");
    assert.equal(time(tags.utcTime, "491231235959Z"), "2049-12-31T23:59:59.000Z");
    assert.equal(time(tags.utcTime, "500101000000Z"), "1950-01-01T00:00:00.000Z");
    assert.equal(time(tags.generalizedTime, "20240229120000Z"), "2024-02-29T12:00:00.000Z");
    assert.equal(time(tags.generalizedTime, "20240229120000.5Z"), "2024-02-29T12:00:00.500Z");
    assert.equal(time(tags.generalizedTime, "20240229120000.123456789Z"), "2024-02-29T12:00:00.123Z");
    assert.equal(time(tags.generalizedTime, "00500101000000Z"), "0050-01-01T00:00:00.000Z");
    assert.equal(time(tags.generalizedTime, "99991231235959Z"), "9999-12-31T23:59:59.000Z");
  });

  test("a time that is not UTC with seconds, or does not exist, is refused", () => {
    for (const bad of [
      "2601010000Z",
      "260101000000",
      "260101000000+0100",
      "260101000000.5Z",
      "260230000000Z",
      "260101240000Z",
      "261301000000Z",
    ])
      refuses(() => readTime(latin1(tags.utcTime, bad), "time"), /time/);
    for (const bad of ["20240101000000", "20240101000000.Z", "20240101000000.50Z", "20240101000000,5Z", "202401010000Z", "20230229000000Z"])
      refuses(() => readTime(latin1(tags.generalizedTime, bad), "time"), /time/);
    refuses(() => readTime(latin1(tags.printableString, "260101000000Z"), "time"), /time/);
  });

  test("any time with whole seconds is read back", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("0000-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }),
        (date) => {
          const [whole = "", fraction = ""] = date
            .toISOString()
            .replace(/[-:TZ]/g, "")
            .split(".");
          const decimals = fraction.replace(/0+$/, "");
          const text = decimals === "" ? `${whole}Z` : `${whole}.${decimals}Z`;
          assert.equal(readTime(latin1(tags.generalizedTime, text), "time"), date.getTime());
        },
      ),
    );
  });

  test("strings", () => {
    assert.equal(readText(der("0c 02 c3 a9"), "text"), "é");
    assert.equal(readText(der("13 02 41 42"), "text"), "AB");
    assert.equal(readText(der("16 01 40"), "text"), "@");
    assert.equal(readText(der("12 02 34 32"), "text"), "42");
    assert.equal(readText(der("14 01 e9"), "text"), "é");
    assert.equal(readText(der("1e 04 00 41 20 ac"), "text"), "A€");
    assert.equal(readAscii(Buffer.from("a@b"), "text"), "a@b");
    for (const bad of ["0c 01 ff", "13 01 e9", "16 01 80", "1e 01 41", "1e 02 d8 00", "04 01 41"])
      refuses(() => readText(der(bad), "text"), /text/);
  });
});
