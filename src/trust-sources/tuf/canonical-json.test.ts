import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "../../core/bytes.ts";
import { parseJson } from "../../core/json/json.ts";
import { canonicalJson } from "./canonical-json.ts";

const canonical = (text: string): string => decodeUtf8(canonicalJson(parseJson(encodeUtf8(text), "it")));

test("members are sorted by code points, and only the quote and the backslash are escaped", () => {
  assert.equal(canonical('{ "b": [1, -2, true, null], "a": {"é": "x", "z": false} }'), '{"a":{"z":false,"é":"x"},"b":[1,-2,true,null]}');
  assert.equal(canonical(String.raw`{"a": "line\nbreak \" \\ \u0001 \/"}`), '{"a":"line\nbreak \\" \\\\ \u0001 /"}');
  assert.equal(canonical(String.raw`{"\ud83d\ude00": 1, "\uffee": 2}`), '{"\uffee":2,"😀":1}', "UTF-16 would sort them the other way");
});

test("a value without a canonical form is refused", () => {
  for (const text of ["1.5", "1e300", "9007199254740993", String.raw`"\ud800"`, String.raw`{"\udc00": 1}`]) {
    assert.throws(() => canonical(text), { code: "MALFORMED" }, text);
  }
});

test("the order of members does not matter, and two different values never have the same form", () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(fc.string({ unit: "grapheme" }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), tie("list"), tie("object")),
    list: fc.array(tie("any"), { maxLength: 4 }),
    object: fc.dictionary(fc.string({ unit: "grapheme" }), tie("any"), { maxKeys: 4, noNullPrototype: true }),
  })).object;
  fc.assert(
    fc.property(value, (object) => {
      const text = JSON.stringify(object);
      const reversed = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).toReversed()));
      assert.equal(canonical(text), canonical(reversed));
      // With control characters escaped again, it is JSON for the same value.
      const json = canonical(text).replaceAll(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
      assert.deepEqual(JSON.parse(json), JSON.parse(text));
    }),
  );
});
