import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { atOnce, sliceBytes } from "../async/in-slices.ts";
import { concat, encodeUtf8 } from "../bytes.ts";
import { parseSliced } from "./parse-sliced.ts";
import { readJson } from "./read-json.ts";
import { splitJson } from "./split.ts";

const limits = { maxBytes: 16 * 1024 * 1024 };
const { signal } = new AbortController();
const parse = (text: string): unknown => atOnce(parseSliced(encodeUtf8(text), "document", limits));

/** White space that moves the following text across a slice boundary. */
const padding = (bytes: number): string => " ".repeat(sliceBytes - bytes);
const long = "x".repeat(sliceBytes);

describe("a document that is read in slices", () => {
  it("equals the result of JSON.parse, wherever the slices end", () => {
    const large = fc.constantFrom(long, 'é\n"\\\u{1F600}'.repeat(sliceBytes / 8), [long, 1], { a: long, b: [] });
    const value = fc.oneof(fc.jsonValue({ maxDepth: 4 }), large);
    const documents = fc.oneof(fc.array(value, { maxLength: 6 }), fc.dictionary(fc.string(), value, { maxKeys: 6 }));
    fc.assert(
      fc.property(documents, fc.nat({ max: 300 }), fc.constantFrom(0, 1), (document, shift, indent) => {
        const text = padding(shift) + JSON.stringify(document, undefined, indent) + padding(0);
        assert.deepEqual(parse(text), JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });

  it("is refused where JSON.parse refuses it", () => {
    const tokens = fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "\\", "1", "a", " ", '"k"', '"k":', long, `"${long}"`, padding(3));
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 12 }), (parts) => {
        const text = padding(0) + parts.join("");
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          assert.throws(() => parse(text), { name: "TouchmarkError" });
          return;
        }
        try {
          assert.deepEqual(parse(text), expected);
        } catch (error) {
          assert.match(String(error), /twice/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has no extra comma at a slice boundary", () => {
    const member = `"${"x".repeat(sliceBytes - 10)}"`;
    for (const text of [`[${member},]`, `[,${member}]`, `[${member},,${member}]`, `[${member}}`, `[${member} ${member}]`, `[${member}`])
      assert.throws(() => parse(text), { code: "MALFORMED" }, `${text.slice(0, 4)}…${text.slice(-4)}`);
    assert.deepEqual(parse(`[${member}, ${member}]`), JSON.parse(`[${member},${member}]`));
  });

  it("has no repeated key, within a slice or across two", () => {
    for (const text of [
      `{"a":1,"b":"${long}","a":2}`,
      `{"a":"${long}","\\u0061":"${long}"}`,
      `[{"b":"${long}"},{"c":{"a":1,"a":2}}]`,
      `{"__proto__":"${long}","__proto__":1}`,
    ]) {
      assert.throws(() => parse(text), { code: "MALFORMED", message: /has the key "(?:a|__proto__)" twice in one object/ });
    }
    assert.deepEqual(Object.keys(Object(parse(`{"__proto__":"${long}","b":1}`))), ["__proto__", "b"]);
  });

  it("is bounded in depth and number of values across slices", () => {
    const text = `[[["${long}",[1,2]]]]`;
    const read = (maxDepth: number, maxValues: number): unknown =>
      atOnce(parseSliced(encodeUtf8(text), "document", { maxDepth, maxValues }));
    assert.deepEqual(read(4, 7), JSON.parse(text));
    assert.throws(() => read(3, 7), { code: "LIMIT_EXCEEDED", message: "document is nested deeper than 3 levels" });
    assert.throws(() => read(4, 6), { code: "LIMIT_EXCEEDED", message: "document has more than 6 values" });
    const deep = `[${padding(0)}`.repeat(10);
    assert.throws(() => atOnce(parseSliced(encodeUtf8(deep), "document", { maxDepth: 9 })), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parse(`[${"1".repeat(sliceBytes + 1)}]`), { code: "LIMIT_EXCEEDED", message: /a number of/ });
    assert.throws(() => parse(`{"${"k".repeat(sliceBytes)}":1}`), { code: "LIMIT_EXCEEDED", message: /a key of/ });
  });

  it("is refused if it is not UTF-8", () => {
    const broken = concat([encodeUtf8(`["${long}`), Uint8Array.of(0xff), encodeUtf8('"]')]);
    assert.throws(() => atOnce(parseSliced(broken, "document")), { code: "MALFORMED", message: "document is not UTF-8" });
  });

  it("yields to the event loop, and stops when the signal is aborted", async () => {
    const bytes = encodeUtf8(JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ i }))));
    const controller = new AbortController();
    const reading = readJson(bytes, "document", limits, controller.signal);
    setImmediate(() => controller.abort());
    await assert.rejects(reading, { code: "INTERRUPTED" });
    await assert.rejects(readJson(encodeUtf8("1"), "document", limits, controller.signal), { code: "INTERRUPTED" });
    assert.equal(Object(await readJson(bytes, "document", limits, signal)).length, 100_000);
  });
});

describe("a document without one of its members", () => {
  const split = (text: string, path: readonly string[] = ["skipped"]) => {
    const { head, member } = atOnce(splitJson(encodeUtf8(text), "document", path, limits));
    return { head: head.object, ...(member && { member: Buffer.from(member).toString() }) };
  };

  it("is returned with the member's bytes", () => {
    assert.deepEqual(split('{"a":1,"skipped" : {"b":[1,"}"]} ,"c":2}'), {
      head: { a: 1, skipped: null, c: 2 },
      member: '{"b":[1,"}"]}',
    });
    assert.deepEqual(split(String.raw`{"\u0073kipped":"\"]"}`), { head: { skipped: null }, member: String.raw`"\"]"` });
    assert.deepEqual(split('{"skipped":12}'), { head: { skipped: null }, member: "12" });
    assert.deepEqual(split('{"a":{"skipped":1}}'), { head: { a: { skipped: 1 } } });
    assert.deepEqual(split('{"a":{"b":1,"skipped":1},"skipped":2}', ["a", "skipped"]), {
      head: { a: { b: 1, skipped: null }, skipped: 2 },
      member: "1",
    });
    assert.deepEqual(split('{"a":[]}', ["a", "skipped"]), { head: { a: [] } });
  });

  it("is read strictly except for the member", () => {
    assert.equal(split('{"skipped":{"a":1,"a":[}}}').member, '{"a":1,"a":[}}');
    for (const text of ['{"skipped":1,"a":1,"a":2}', '{"skipped":}', '{"skipped":1,}', '{,"skipped":1}', '{"skipped":[1}', '{"skipped":"'])
      assert.throws(() => split(text), { code: "MALFORMED" }, text);
    for (const text of ['{"skipped":1,"skipped":2}', String.raw`{"skipped":1,"\u0073kipped":2}`])
      assert.throws(() => split(text), { code: "MALFORMED", message: 'document has the key "skipped" twice in one object' });
    assert.throws(() => split('{"a":{"skipped":1},"a":{"skipped":2}}', ["a", "skipped"]), { code: "MALFORMED", message: /twice/ });
  });

  it("has the same head as JSON.parse gives", () => {
    const tokens = fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "\\", "1", " ", '"skipped"', '"skipped":', '"a":', '{"skipped":1');
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 14 }), (parts) => {
        const text = `{"skipped":${parts.join("")}`;
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          return; // the member itself may be anything
        }
        try {
          const { head, member = "" } = split(text);
          assert.deepEqual({ ...head, skipped: JSON.parse(member) }, expected);
        } catch (error) {
          assert.match(String(error), /twice/);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("has a head of bounded size", () => {
    const read = (text: string) => atOnce(splitJson(encodeUtf8(text), "document", ["skipped"], { ...limits, maxHeadBytes: 100 }));
    assert.ok(read(`{"skipped":"${long}","a":1}`).member);
    assert.throws(() => read(`{"skipped":1,"a":"${"x".repeat(100)}"}`), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => read(`{"a":"${long}","skipped":1}`), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => read(`{"skipped":1}${padding(0)}`), { code: "LIMIT_EXCEEDED" });
  });
});
