import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fileOfTag, tagOfFile } from "./layout.ts";

const letters = "a b z A B Z 0 1 9 _ - .".split(" ");
const tag = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 128 }).map((all) => all.join(""));

test("a tag's file name can be decoded, and is unique even if case is ignored", () => {
  fc.assert(
    fc.property(tag, (text) => {
      const file = fileOfTag(text);
      assert.equal(tagOfFile(file), text);
      assert.equal(file, file.toLowerCase());
      assert.ok(file.length <= 255 && !/[/\\:]/.test(file));
    }),
  );
  assert.deepEqual(["v1", "V1", "aBc", "A".repeat(128)].map(fileOfTag), ["v1", "v1+2", "abc+2", `${"a".repeat(128)}+${"f".repeat(32)}`]);
});
