import assert from "node:assert/strict";
import { it } from "node:test";
import { decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { preAuthEncoding } from "./dsse.ts";

it("encodes the specification's example", () => {
  assert.equal(
    decodeUtf8(preAuthEncoding("http://example.com/HelloWorld", encodeUtf8("hello world"))),
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  );
});

it("counts bytes of UTF-8, not characters", () => {
  assert.equal(decodeUtf8(preAuthEncoding("é", encodeUtf8("日本"))), "DSSEv1 2 é 6 日本");
});
