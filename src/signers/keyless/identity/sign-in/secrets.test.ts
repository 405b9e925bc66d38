import assert from "node:assert/strict";
import { test } from "node:test";
import { challengeOf, randomText, sameText } from "./secrets.ts";

test("the S256 challenge is that of RFC 7636, appendix B", () => {
  assert.equal(challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
});

test("texts are compared completely, and generated anew each time", () => {
  const text = randomText();
  assert.match(text, /^[\w-]{43}$/);
  assert.ok(sameText(text, text));
  for (const other of ["", text.slice(1), `${text}a`, randomText()]) assert.ok(!sameText(text, other));
});
