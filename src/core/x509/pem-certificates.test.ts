import assert from "node:assert/strict";
import { test } from "node:test";
import { encodePem } from "../asn1/pem.ts";
import { encodeUtf8 } from "../bytes.ts";
import { makeDer } from "./fixture.test.ts";
import { parsePemCertificates } from "./pem-certificates.ts";

const [first, second] = [makeDer({ subject: "first" }), makeDer({ subject: "second" })];
const pem = (...blocks: readonly (readonly [string, Uint8Array])[]) =>
  encodeUtf8(blocks.map(([label, bytes]) => encodePem(label, bytes)).join(""));
const both = pem(["CERTIFICATE", first], ["CERTIFICATE", second]);
const mixed = pem(["PUBLIC KEY", Uint8Array.of(1)], ["CERTIFICATE", first]);

test("certificates are read in order", () => {
  const names = parsePemCertificates(both, "file", 2).map(({ subject }) => subject.text);
  assert.deepEqual(names, ["CN=first", "CN=second"]);
});

test("too many certificates, none, and malformed ones are refused", () => {
  assert.throws(() => parsePemCertificates(both, "file", 1), { code: "LIMIT_EXCEEDED", message: /2 certificates, over the limit of 1/ });
  assert.throws(() => parsePemCertificates(encodeUtf8(""), "file", 1), { code: "MALFORMED", message: /no certificate/ });
  assert.throws(() => parsePemCertificates(pem(["CERTIFICATE", Uint8Array.of(1)]), "file", 1), { code: "MALFORMED" });
});

test("other blocks are refused", () => {
  assert.throws(() => parsePemCertificates(mixed, "file", 2), { code: "MALFORMED", message: /holds a PUBLIC KEY/ });
});
