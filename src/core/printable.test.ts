import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { printableHost, printableText, printableUrl } from "./printable.ts";

const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

test("a URL is printed without credentials and query", () => {
  const url = new URL("https://user:secret@registry.example.com:5000/v2/app?token=secret#secret");
  assert.equal(printableUrl(url), "https://registry.example.com:5000/v2/app");
  assert.equal(printableHost(url), "registry.example.com:5000");
  assert.equal(printableHost(new URL("http://[::1]/")), "[::1]:80");
});

test("untrusted text stays on one line, visible and short", () => {
  assert.equal(printableText("a\u001b[31m\r\n\u202eb\u0000  c", 100), "a [31m b c");
  assert.equal(printableText("x".repeat(1000), 10), `${"x".repeat(9)}…`);
  fc.assert(
    fc.property(fc.string({ unit: codeUnit, maxLength: 60 }), (text) => {
      const printed = printableText(text, 20);
      assert.ok(printed.length <= 20);
      assert.ok(printed.isWellFormed());
      assert.doesNotMatch(printed, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
