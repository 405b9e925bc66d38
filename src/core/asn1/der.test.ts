import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { contextTag, encodeDer, inside, Members, parseDer, tags, type Der } from "./der.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const parse = (text: string) => parseDer(hex(text), "value");

interface Tree {
  readonly tag: number;
  readonly content: Uint8Array | readonly Tree[];
}
const plainObject = { noNullPrototype: true };
const primitive = fc.record<Tree>(
  {
    tag: fc.constantFrom(...Object.values(tags).filter((tag) => tag < 0x20), contextTag(0, "primitive"), contextTag(30, "primitive")),
    content: fc.oneof({ weight: 9, arbitrary: fc.uint8Array({ maxLength: 20 }) }, fc.uint8Array({ minLength: 100, maxLength: 70_000 })),
  },
  plainObject,
);
const { tree } = fc.letrec<{ tree: Tree; constructed: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, primitive, tie("constructed")),
  constructed: fc.record(
    {
      tag: fc.constantFrom<number>(tags.sequence, tags.set, contextTag(3)),
      content: fc.array(tie("tree"), { maxLength: 4 }),
    },
    plainObject,
  ),
}));

function encode({ tag, content }: Tree): Uint8Array {
  return content instanceof Uint8Array ? encodeDer(tag, content) : encodeDer(tag, ...content.map(encode));
}

function plain({ tag, content, children }: Der): Tree {
  return { tag, content: (tag & 0x20) === 0 ? Uint8Array.from(content) : children.map(plain) };
}

suite("DER", () => {
  test("a parsed value keeps all bytes that were encoded", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const bytes = encode(value);
        const read = parseDer(bytes, "value");
        assert.deepEqual(plain(read), value);
        assert.deepEqual(read.raw, bytes);
      }),
      { numRuns: 50 },
    );
  });

  test("any bytes are either refused, or read completely", () => {
    const spki = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
    const mutated = fc
      .tuple(fc.nat(spki.length - 1), fc.nat(255))
      .map(([at, byte]) => Uint8Array.from(spki, (old, index) => (index === at ? byte : old)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
        readsOrRefuses(() => {
          const again = (value: Der): Uint8Array =>
            encodeDer(value.tag, ...((value.tag & 0x20) === 0 ? [value.content] : value.children.map(again)));
          assert.deepEqual(Buffer.from(again(parseDer(bytes, "value"))), Buffer.from(bytes));
        }, "MALFORMED");
      }),
      { numRuns: 500 },
    );
  });

  test("parsing copies no bytes", () => {
    const bytes = hex("30 03 02 01 05");
    const [child] = inside(parseDer(bytes, "value"), tags.sequence, "value");
    assert.equal(child?.content.buffer, bytes.buffer);
    assert.equal(child?.raw.buffer, bytes.buffer);
  });

  const refused: Record<string, { bytes: string; message: RegExp }> = {
    nothing: { bytes: "", message: /cut off/ },
    "only a tag": { bytes: "30", message: /cut off/ },
    "a length past the end": { bytes: "04 03 01 02", message: /cut off/ },
    "a length past its parent's end": { bytes: "30 04 04 03 01 02 00", message: /cut off/ },
    "a length without its bytes": { bytes: "04 82 01", message: /cut off/ },
    "a length of five bytes": { bytes: "04 85 01 00 00 00 00", message: /cut off/ },
    "a header past its parent's end": { bytes: "30 01 04 00", message: /cut off/ },
    "bytes after the end": { bytes: "05 00 00", message: /1 byte after its end/ },
    "an indefinite length": { bytes: "30 80 05 00 00 00", message: /indefinite/ },
    "a long form where the short one does": { bytes: "04 81 01 ff", message: /shortest/ },
    "a length with a leading zero": { bytes: `04 82 00 80${"00".repeat(128)}`, message: /shortest/ },
    "a tag of several bytes": { bytes: "1f 81 00 00", message: /tag 0x1f/ },
    "the end-of-contents tag": { bytes: "00 00", message: /tag 0x00/ },
  };
  for (const [what, { bytes, message }] of Object.entries(refused)) {
    test(`refuses ${what}`, () => assert.throws(() => parse(bytes), { code: "MALFORMED", message }));
  }

  test("is bounded in size, depth and count", () => {
    let deep = encodeDer(tags.null);
    for (let i = 0; i < 1000; i++) deep = encodeDer(tags.sequence, deep);
    const many = encodeDer(tags.set, hex("05 00".repeat(30_000)));
    assert.throws(() => parseDer(deep, "value"), { code: "LIMIT_EXCEEDED", message: /deeper than 32/ });
    assert.throws(() => parseDer(many, "value"), { code: "LIMIT_EXCEEDED", message: /more than 20000 values/ });
    assert.throws(() => parseDer(hex("04 01 00"), "value", { maxBytes: 2 }), { code: "LIMIT_EXCEEDED", message: /3 bytes/ });
    assert.equal(parseDer(hex("30 02 30 00"), "value", { maxDepth: 2, maxValues: 2, maxBytes: 4 }).children.length, 1);
    assert.throws(() => parseDer(hex("30 02 30 00"), "value", { maxDepth: 1 }), { code: "LIMIT_EXCEEDED" });
  });

  test("members are read in order, an optional one only if its tag matches, and none may be left over", () => {
    const value = parse("30 08 02 01 01 a0 03 01 01 ff");
    const members = new Members(value, tags.sequence, "value");
    assert.equal(members.optional(contextTag(0)), undefined);
    assert.deepEqual([...members.take("version", tags.integer).content], [1]);
    assert.throws(() => members.end(), { code: "MALFORMED", message: /1 more/ });
    assert.throws(() => members.take("name", tags.oid), { code: "MALFORMED", message: /value\.name has the tag 0xa0, expected 0x06/ });
    assert.equal(members.optional(contextTag(0))?.children.length, 1);
    members.end();
    assert.throws(() => members.take("more"), { code: "MALFORMED", message: /value has no more/ });
    assert.throws(() => new Members(value, tags.set, "value"), { code: "MALFORMED", message: /expected 0x31/ });
  });
});
