import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { encodeUtf8 } from "../bytes.ts";
import { Fields, parseJson } from "./json.ts";

const parse = (text: string): unknown => parseJson(encodeUtf8(text), "document");

describe("JSON from untrusted sources", () => {
  it("reads what JSON.stringify wrote", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 20 }), (value) =>
        assert.deepEqual(parse(JSON.stringify(value)), JSON.parse(JSON.stringify(value))),
      ),
    );
  });

  it("quotes nothing of a refused document, which may contain a secret", () => {
    assert.throws(
      () => parse('{"auth":hunter2}'),
      (error: Error) => error.message === "document is not JSON" && error.cause === undefined,
    );
  });

  it("accepts and refuses any text as JSON.parse does, except where it is stricter", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => text.slice(1)),
          fc.string({ unit: fc.constantFrom(...Array.from('{}[]",:\\1a ')) }),
        ),
        (text) => {
          let expected: unknown;
          try {
            expected = JSON.parse(text);
          } catch {
            assert.throws(() => parse(text));
            return;
          }
          try {
            assert.deepEqual(parse(text), expected);
          } catch (error) {
            assert.match(String(error), /twice|levels/);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("refuses a repeated key in one object, in any spelling", () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"a":1,"b":{"c":[{}]},"a":2}',
      String.raw`{"a":1,"\u0061":2}`,
      '[{"x":{"y":1,"y":1}}]',
      '{"__proto__":1,"__proto__":2}',
    ]) {
      assert.throws(() => parse(text), { code: "MALFORMED", message: /twice/ }, text);
    }
  });

  it("accepts the same key in different objects, and as a value", () => {
    for (const text of ['{"a":{"a":1},"b":{"a":2}}', '[{"a":1},{"a":2}]', '{"a":"a","b":["a","a"]}'])
      assert.deepEqual(parse(text), JSON.parse(text));
  });

  it("refuses 10,000 levels, and accepts 64", () => {
    assert.throws(() => parse("[".repeat(10_000) + "]".repeat(10_000)), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parse('{"a":'.repeat(10_000)), { code: "LIMIT_EXCEEDED" });
    assert.ok(parse("[".repeat(64) + "]".repeat(64)));
  });

  it("refuses invalid UTF-8, and more bytes than allowed", () => {
    assert.throws(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), "document"), { code: "MALFORMED" });
    assert.throws(() => parse("\uFEFF{}"), { code: "MALFORMED" });
    assert.throws(() => parseJson(encodeUtf8("[1,2,3]"), "document", { maxBytes: 6 }), { code: "LIMIT_EXCEEDED" });
  });

  it("refuses more values than allowed, where bounded, and ignores string contents", () => {
    for (const text of ["[1,2,3]", '{"a":1,"b":[2]}', '["a,b","{",",,,,"]']) {
      assert.ok(parseJson(encodeUtf8(text), "document", { maxValues: 4 }), text);
      assert.throws(() => parseJson(encodeUtf8(text), "document", { maxValues: 3 }), { code: "LIMIT_EXCEEDED" }, text);
    }
  });
});

describe("fields of a document", () => {
  const fields = (value: unknown): Fields => new Fields(parseJson(encodeUtf8(JSON.stringify(value)), "document"), "document");

  it("names the path of an invalid member", () => {
    assert.throws(
      () =>
        fields({ a: { b: 1 } })
          .fields("a")
          .string("b"),
      { message: "document.a.b is not a string" },
    );
    assert.throws(() => fields({}).string("b"), { message: "document.b is missing, expected a string" });
    assert.throws(() => fields({ list: [1] }).objects("list", 5), { message: "document.list[0] is not an object" });
    assert.throws(() => fields({ n: -1 }).size("n"), { code: "MALFORMED" });
    assert.throws(() => fields({ n: 1.5 }).size("n"), { code: "MALFORMED" });
    assert.throws(() => fields({ list: [1, 2] }).list("list", 1), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => fields({ m: { k: 1 } }).strings("m"), { message: "document.m.k is not a string" });
  });

  it("does not mistake members of Object.prototype for fields", () => {
    assert.equal(fields({}).get("constructor"), undefined);
    assert.equal(fields({}).has("__proto__"), false);
    const map = new Fields(parseJson(encodeUtf8('{"m":{"__proto__":"x"}}'), "d"), "d").strings("m");
    assert.deepEqual(Object.entries(map), [["__proto__", "x"]]);
    assert.equal(Object.getPrototypeOf(map), Object.prototype);
  });
});
