import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, encodeUtf8 } from "../bytes.ts";
import { parseStatement, readPredicate, readStatement, statementType, type Statement } from "./statement.ts";

const { signal } = new AbortController();
const head = `"_type":"${statementType}","predicateType":"https://example.com/p","subject":[{"digest":{"sha256":"${"0".repeat(64)}"}}]`;
const withPredicate = (json: string): Uint8Array => encodeUtf8(`{${head},"predicate":${json}}`);
const predicateOf = (statement: Statement, limits = {}): Promise<unknown> => readPredicate(statement, limits, signal);

describe("an in-toto statement", () => {
  it("parses its predicate on request", async () => {
    const statement = parseStatement(withPredicate('{"a":[1,2]}'));
    assert.equal(statement.predicateType, "https://example.com/p");
    assert.equal(statement.subjects.length, 1);
    assert.deepEqual(await predicateOf(statement), { a: [1, 2] });
    assert.equal(await predicateOf(parseStatement(withPredicate("null"))), undefined);
    assert.equal(await predicateOf(parseStatement(encodeUtf8(`{${head}}`))), undefined);
  });

  it("reports a malformed predicate only on request", async () => {
    const cases: readonly (readonly [string | Uint8Array, string, RegExp])[] = [
      ['{"a":{"b":[{"c":1,"c":2}]}}', "MALFORMED", /statement\.predicate has the key "c" twice/],
      [String.raw`{"a":1,"\u0061":2}`, "MALFORMED", /has the key "a" twice/],
      ["[".repeat(10_000) + "]".repeat(10_000), "LIMIT_EXCEEDED", /nested deeper than 64 levels/],
      ["{a:1}", "MALFORMED", /statement\.predicate is not JSON/],
      [`[${"1,".repeat(100)}1]`, "LIMIT_EXCEEDED", /more than 99 values/],
      [concat([encodeUtf8('{"a":"'), Uint8Array.of(0xff), encodeUtf8('"}')]), "MALFORMED", /statement\.predicate is not UTF-8/],
    ];
    for (const [predicate, code, message] of cases) {
      const json = typeof predicate === "string" ? encodeUtf8(predicate) : predicate;
      const statement = parseStatement(concat([encodeUtf8(`{"predicate":`), json, encodeUtf8(`,${head}}`)]));
      await assert.rejects(predicateOf(statement, { maxValues: 99 }), (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    }
  });

  it("has a head that is read strictly", () => {
    for (const text of [
      `{${head},"predicateType":"https://example.com/q","predicate":{}}`,
      `{${head},"predicate":{},"predicate":{}}`,
      String.raw`{${head},"predicate":{},"\u0070redicate":{}}`,
      `{${head},"predicate":{}`,
      `{${head},"predicate":}`,
      `{"_type":"https://in-toto.io/Statement/v2","predicate":{}}`,
      `[]`,
    ]) {
      assert.throws(() => parseStatement(encodeUtf8(text)), { code: "MALFORMED" }, text);
    }
    const broken = concat([encodeUtf8(`{${head},"note":"`), Uint8Array.of(0xff), encodeUtf8('","predicate":{}}')]);
    assert.throws(() => parseStatement(broken), { code: "MALFORMED", message: "statement is not UTF-8" });
    const deep = `{${head},"predicate":{},"note":${"[".repeat(100)}${"]".repeat(100)}}`;
    assert.throws(() => parseStatement(encodeUtf8(deep)), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parseStatement(encodeUtf8(`{${head},"note":[${"1,".repeat(200_000)}1]}`)), { code: "LIMIT_EXCEEDED" });
  });

  it("may be large, with a repeated key at the end of its predicate", async () => {
    const bytes = withPredicate(`{"files":[${'{"name":"file","size":1},'.repeat(200_000)}{"name":"a","name":"b"}]}`);
    const statement = await readStatement(bytes, signal);
    assert.equal(statement.predicate?.length, bytes.length - head.length - '{,"predicate":}'.length);
    await assert.rejects(predicateOf(statement), { code: "MALFORMED", message: /statement\.predicate has the key "name" twice/ });
  });

  it("is not read further after the signal is aborted", async () => {
    const bytes = withPredicate(`[${"1,".repeat(500_000)}1]`);
    const statement = await readStatement(bytes, signal);
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await assert.rejects(readPredicate(statement, {}, controller.signal), { code: "INTERRUPTED" });
    await assert.rejects(readStatement(bytes, controller.signal), { code: "INTERRUPTED" });
  });
});
