import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { parsePem } from "../../core/asn1/pem.ts";
import { checkPbes2 } from "./pbes2.ts";

const file = new URL("../../../test/vectors/keys/openssl/pkcs8-encrypted.pem", import.meta.url);
const der = Buffer.from(parsePem(readFileSync(file), "vector")[0]?.bytes ?? []);
const iterations = Buffer.from("02020800", "hex"); // INTEGER 2048

/** The vector with another INTEGER of the same size as its iterations. */
function withIterations(hex: string): Buffer {
  const at = der.indexOf(iterations);
  return Buffer.concat([der.subarray(0, at), Buffer.from(hex, "hex"), der.subarray(at + iterations.length)]);
}

suite("checkPbes2", () => {
  test("accepts what OpenSSL writes", () => {
    assert.doesNotThrow(() => checkPbes2(der, "key"));
    assert.doesNotThrow(() => checkPbes2(withIterations("02027fff"), "key"));
  });

  for (const hex of ["04020800", "02000500", "02020001", "0202ffff"]) {
    test(`refuses an invalid number of iterations: ${hex}`, () =>
      assert.throws(() => checkPbes2(withIterations(hex), "key"), { code: "MALFORMED" }));
  }

  test("refuses a length that is not in its shortest form, which OpenSSL accepts", () => {
    const long = Buffer.concat([Buffer.of(0x30, 0x82, 0), der.subarray(2)]);
    assert.throws(() => checkPbes2(long, "key"), { code: "MALFORMED", message: /shortest form/ });
  });

  test("for any bytes, the only error is MALFORMED", () => {
    const cut = fc.nat(der.length).map((length) => der.subarray(0, length));
    const mutated = fc.tuple(fc.nat(der.length - 1), fc.nat(255)).map(([at, byte]) => Buffer.from(der.with(at, byte)));
    const arbitrary = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(cut, mutated, arbitrary), (bytes) => {
        readsOrRefuses(() => checkPbes2(bytes, "key"), "MALFORMED");
      }),
      { numRuns: 1000 },
    );
  });
});
