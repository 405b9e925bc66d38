import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { encodeUtf8 } from "../bytes.ts";
import { encodePem, parsePem } from "./pem.ts";

const anyLabel = fc.constantFrom("PUBLIC KEY", "CERTIFICATE", "X509 CRL", "ENCRYPTED SIGSTORE PRIVATE KEY", "A-B C");
const block = fc.record({ label: anyLabel, bytes: fc.uint8Array({ maxLength: 300 }) });
const parse = (text: string) => parsePem(encodeUtf8(text), "test");

suite("PEM", () => {
  test("what is encoded reads back, with any line ends and text around it", () => {
    const prose = fc.constantFrom("", "Bag Attributes\n    localKeyID: 01\n", "Certificate:\n    Data:\n\n", "-----BEGIN\n");
    const lineEnd = fc.constantFrom("\n", "\r\n", "\r", " \n", "\n\n");
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), prose, lineEnd, (blocks, between, end) => {
        const text = blocks.map(({ label, bytes }) => between + encodePem(label, bytes)).join("") + between;
        const read = parse(text.replaceAll("\n", end));
        assert.deepEqual(
          read.map(({ label, bytes }) => [label, [...bytes]]),
          blocks.map(({ label, bytes }) => [label, [...bytes]]),
        );
      }),
    );
  });

  test("any text is read or throws MALFORMED", () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom("-----BEGIN A-----\n", "-----END A-----\n", "-----BEGIN B-----", "AAAA\n", "\n"));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        readsOrRefuses(() => parse(pieces.join("")), "MALFORMED");
      }),
    );
  });

  test("a boundary ends with spaces and tabs alone, not with other spaces of Latin-1", () => {
    assert.equal(parse("-----BEGIN A----- \t\nAAAA\n-----END A-----\t \n").length, 1);
    const text = Buffer.from("-----BEGIN A-----\nAAAA\n-----END A-----\u00a0\n", "latin1");
    assert.throws(() => parsePem(text, "test"), { code: "MALFORMED" });
  });

  test("lines are 64 characters wide", () => {
    const lines = encodePem("A", new Uint8Array(100)).split("\n");
    assert.deepEqual(
      lines.map((line) => line.length),
      [17, 64, 64, 8, 15, 0],
    );
  });

  const refused = {
    "no end": "-----BEGIN A-----\nAAAA\n",
    "end of another label": "-----BEGIN A-----\nAAAA\n-----END B-----\n",
    "block within a block": "-----BEGIN A-----\n-----BEGIN A-----\nAAAA\n-----END A-----\n",
    "a broken boundary": "-----BEGIN A-----\nAAAA\n-----END A----\n",
    headers: "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END A-----\n",
    "no base64": "-----BEGIN A-----\nAA!A\n-----END A-----\n",
    "base64 without padding": "-----BEGIN A-----\nAA\n-----END A-----\n",
    "base64 with loose bits": "-----BEGIN A-----\nAB==\n-----END A-----\n",
  };
  for (const [what, text] of Object.entries(refused)) {
    test(`${what} throws`, () => assert.throws(() => parse(text), { code: "MALFORMED", message: /the A block of test/ }));
  }

  test("a text of boundaries only is read in linear time", () => {
    assert.throws(() => parse("-----BEGIN A-----x\n".repeat(50_000) + "-----BEGIN A-----\n".repeat(2)), { code: "MALFORMED" });
  });
});
