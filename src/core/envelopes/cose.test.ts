import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { corpusPath, skipWithout } from "../../../test/fakes/corpora.ts";
import { toHex } from "../bytes.ts";
import { encodeCbor, Tagged, type Cbor } from "./cbor.ts";
import { coseToBeSigned, encodeCoseSign1, parseCoseSign1 } from "./cose.ts";
import { TouchmarkError } from "../errors.ts";

const protectedBytes = encodeCbor(new Map<number, Cbor>([[1, -7]]));
const unprotected = new Map<number | string, Cbor>([["agent", "test"]]);
const parts = { protectedBytes, unprotected, payload: Buffer.from("hello"), signature: Buffer.from("signed") };
const sign1 = (...members: readonly Cbor[]) => encodeCbor(new Tagged(18, members));

suite("COSE_Sign1", () => {
  test("a message that is written reads back", () => {
    const found = parseCoseSign1(encodeCoseSign1(parts), "envelope");
    assert.deepEqual(found, { ...parts, protected: new Map([[1, -7]]), protectedBytes: Buffer.from(protectedBytes) });
  });

  test("the signed bytes are those of RFC 9052", () => {
    assert.equal(toHex(coseToBeSigned(parts)), `846a5369676e61747572653143a10126404568656c6c6f`);
  });

  test("protected headers keep their signed bytes, in any order of keys", () => {
    const loose = Buffer.from("a203600126", "hex");
    const found = parseCoseSign1(encodeCoseSign1({ ...parts, protectedBytes: loose }), "envelope");
    assert.deepEqual(found.protectedBytes, loose);
  });

  const { payload, signature } = parts;
  const refused: Readonly<Record<string, Uint8Array>> = {
    "no tag": encodeCbor([protectedBytes, unprotected, payload, signature]),
    "another tag": encodeCbor(new Tagged(98, [protectedBytes, unprotected, payload, signature])),
    "two tags": encodeCbor(new Tagged(18, new Tagged(18, [protectedBytes, unprotected, payload, signature]))),
    "three members": sign1(protectedBytes, unprotected, payload),
    "five members": sign1(protectedBytes, unprotected, payload, signature, 0),
    "a detached payload": sign1(protectedBytes, unprotected, null, signature),
    "a payload of text": sign1(protectedBytes, unprotected, "hello", signature),
    "a signature of text": sign1(protectedBytes, unprotected, payload, "signed"),
    "protected headers outside of bytes": sign1(new Map(), unprotected, payload, signature),
    "protected headers that are no map": sign1(encodeCbor([1]), unprotected, payload, signature),
    "protected headers of an empty map": sign1(encodeCbor(new Map()), unprotected, payload, signature),
    "protected headers with an end too many": sign1(Buffer.from("a1012600", "hex"), unprotected, payload, signature),
    "a protected header twice": sign1(Buffer.from("a201260126", "hex"), unprotected, payload, signature),
    "a header in both places": sign1(protectedBytes, new Map([[1, -37]]), payload, signature),
    "unprotected headers of a list": sign1(protectedBytes, [], payload, signature),
  };
  for (const [name, bytes] of Object.entries(refused)) {
    test(`refuses ${name}`, () => assert.throws(() => parseCoseSign1(bytes, "envelope"), { code: "MALFORMED" }));
  }

  test("a message with any byte changed is read or throws a TouchmarkError", () => {
    const bytes = encodeCoseSign1(parts);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        try {
          parseCoseSign1(
            bytes.map((byte, i) => (i === index ? byte ^ flip : byte)),
            "envelope",
          );
        } catch (thrown) {
          assert.ok(thrown instanceof TouchmarkError && ["MALFORMED", "LIMIT_EXCEEDED"].includes(thrown.code), String(thrown));
        }
      }),
    );
  });
});

const corpus = corpusPath("notation-core/cose-conformance.json");
const skip = skipWithout("notation-core");

suite("notation-core's COSE vector", { skip }, () => {
  interface Hex {
    readonly cborHex: string;
  }
  interface Vector {
    readonly signingTime: number;
    readonly expiry: number;
    readonly payload: string;
    readonly protectedHeaders: Hex;
    readonly unprotectedHeaders: Hex;
    readonly expectedOutput: Hex;
  }
  const vector = (): Vector => JSON.parse(readFileSync(corpus, "utf8"));

  test("an envelope is written byte for byte from its headers, payload and signature", () => {
    const { signingTime, expiry, payload, protectedHeaders, unprotectedHeaders, expectedOutput } = vector();
    const headers = encodeCbor(
      new Map<number | string, Cbor>([
        ["io.cncf.notary.signingScheme", "notary.x509"],
        ["signedCritKey1", "signedCritValue1"],
        ["signedKey1", "signedValue1"],
        ["io.cncf.notary.expiry", new Tagged(1, expiry)],
        ["io.cncf.notary.signingTime", new Tagged(1, signingTime)],
        [3, "application/vnd.cncf.notary.payload.v1+json"],
        [2, ["io.cncf.notary.signingScheme", "io.cncf.notary.expiry", "signedCritKey1"]],
        [1, -38],
      ]),
    );
    assert.equal(toHex(headers), protectedHeaders.cborHex.toLowerCase());
    const agent = new Map([["io.cncf.notary.signingAgent", "NotationConformanceTest/1.0.0"]]);
    assert.equal(toHex(encodeCbor(agent)), unprotectedHeaders.cborHex.toLowerCase());
    const expected = Buffer.from(expectedOutput.cborHex, "hex");
    const { signature } = parseCoseSign1(expected, "vector");
    const written = encodeCoseSign1({ protectedBytes: headers, unprotected: agent, payload: Buffer.from(payload, "hex"), signature });
    assert.deepEqual(Buffer.from(written), expected);
  });

  test("an envelope that is read encodes the same again", () => {
    const expected = Buffer.from(vector().expectedOutput.cborHex, "hex");
    const message = parseCoseSign1(expected, "vector");
    assert.equal(message.payload.toString(), "hello COSE");
    assert.deepEqual(Buffer.from(encodeCbor(message.protected)), message.protectedBytes);
    assert.deepEqual(Buffer.from(encodeCoseSign1(message)), expected);
  });
});
