import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { asciiLowerCase, trimBlanks, trimEndBlanks } from "./ascii.ts";

suite("ASCII text", () => {
  test("is put into lower case without letters of Unicode", () => {
    assert.equal(asciiLowerCase("Docker/AZ"), "docker/az");
    assert.equal(asciiLowerCase("doc\u212aer \u00c9\u0130"), "doc\u212aer \u00c9\u0130");
  });

  test("is trimmed of spaces and tabs alone", () => {
    assert.equal(trimBlanks(" \t a b \t"), "a b");
    assert.equal(trimEndBlanks(" a \t"), " a");
    assert.equal(trimBlanks(" \t "), "");
    for (const space of ["\u00a0", "\u2028", "\ufeff", "\n", "\v"]) assert.equal(trimBlanks(` a${space}`), `a${space}`);
  });
});
