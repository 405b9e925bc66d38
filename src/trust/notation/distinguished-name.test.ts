import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { TouchmarkError } from "../../core/errors.ts";
import { includesName, parseDistinguishedName } from "./distinguished-name.ts";

const attributes = (text: string) => Object.fromEntries(parseDistinguishedName(text, "it").attributes);

suite("distinguished names", () => {
  const read: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "C=US,ST=WA,O=acme": { C: "US", ST: "WA", O: "acme" },
    " C = US ,  ST=WA,O= a b  ": { C: "US", ST: "WA", O: "a b" },
    "CN=SecureBuilder, OU=Finance, O=acme-rockets.io, L=Seattle, ST=WA, C=US": {
      CN: "SecureBuilder",
      OU: "Finance",
      O: "acme-rockets.io",
      L: "Seattle",
      ST: "WA",
      C: "US",
    },
    "C=US,S=WA,O=acme": { C: "US", ST: "WA", O: "acme" },
    [String.raw`C=US,ST=WA,O=a\, b\;c\\d\+e\"f`]: { C: "US", ST: "WA", O: String.raw`a, b;c\d+e"f` },
    [String.raw`C=US,ST=WA,O=\ a\ `]: { C: "US", ST: "WA", O: " a " },
    [String.raw`C=US,ST=WA,O=a\\ `]: { C: "US", ST: "WA", O: "a\\" },
    [String.raw`C=US,ST=WA,O=M\C3\BCller`]: { C: "US", ST: "WA", O: "Müller" },
    [String.raw`C=US,ST=WA,O=\#1`]: { C: "US", ST: "WA", O: "#1" },
    "C=US,ST=WA,O=a=b": { C: "US", ST: "WA", O: "a=b" },
    "C=US,ST=WA,O=Ünïcode 株式会社": { C: "US", ST: "WA", O: "Ünïcode 株式会社" },
    "C=US,ST=WA,O=a,1.2.840.1=b": { C: "US", ST: "WA", O: "a", "1.2.840.1": "b" },
  };
  for (const [text, expected] of Object.entries(read)) test(`reads ${text}`, () => assert.deepEqual(attributes(text), expected));

  const refused: Readonly<Record<string, string>> = {
    nothing: "",
    "no C": "ST=WA,O=acme",
    "no ST": "C=US,O=acme",
    "no O": "C=US,ST=WA",
    "types in lower case": "c=US,st=WA,o=acme",
    "a type twice": "C=US,ST=WA,O=acme,OU=a,OU=b",
    "ST and S": "C=US,ST=WA,S=WA,O=acme",
    "several attributes in one part": "C=US+ST=WA,O=acme",
    "an encoded value": "C=US,ST=WA,O=#0c0461636d65",
    "an encoded value after spaces": "C=US,ST=WA,O=  #0c0461636d65",
    "an empty value": "C=US,ST=WA,O=",
    "a value of spaces": "C=US,ST=WA,O=   ",
    "an empty part": "C=US,,ST=WA,O=acme",
    "a comma at the end": "C=US,ST=WA,O=acme,",
    "no type": "C=US,ST=WA,O=acme,=x",
    "no value": "C=US,ST=WA,O=acme,CN",
    "a semicolon": "C=US;ST=WA;O=acme",
    "a quote": 'C=US,ST=WA,O="acme"',
    "a lone backslash": "C=US,ST=WA,O=acme\\",
    "an invalid escape": String.raw`C=US,ST=WA,O=ac\me`,
    "bytes that are not UTF-8": String.raw`C=US,ST=WA,O=\C3`,
    "a zero": "C=US,ST=WA,O=a\0b",
  };
  for (const [name, text] of Object.entries(refused)) {
    test(`refuses ${name}`, () => assert.throws(() => parseDistinguishedName(text, "it"), { code: "MALFORMED" }));
  }

  test("a `=#` value and other values of any length are refused in linear time", () => {
    const encoded = `C=US,ST=WA,O=#${"0c".repeat(7000)}`;
    assert.throws(() => parseDistinguishedName(encoded, "it"), { code: "MALFORMED", message: /=#/ });
    assert.throws(() => parseDistinguishedName("C=US,ST=WA,O=#".padEnd(50_000_000, "f"), "it"), { code: "LIMIT_EXCEEDED" });
    for (const text of [" ".repeat(16_000), `C${" ".repeat(16_000)}`, `C=${" ".repeat(16_000)}"`, `C=${"\\\\".repeat(8000)}"`]) {
      assert.throws(() => parseDistinguishedName(text, "it"), { code: "MALFORMED" });
    }
  });

  test("a name includes another if it has all of its attributes, exactly", () => {
    const name = parseDistinguishedName("C=US,ST=WA,O=acme,CN=release", "it");
    const parse = (text: string) => parseDistinguishedName(text, "it");
    assert.ok(includesName(name, parse("O=acme,S=WA,C=US")));
    assert.ok(includesName(name, name));
    assert.ok(!includesName(name, parse("C=US,ST=WA,O=acme,OU=x")));
    assert.ok(!includesName(name, parse("C=US,ST=WA,O=Acme")));
    assert.ok(!includesName(parse("C=US,ST=WA,O=acme"), name));
  });

  const value = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
  const escape = (text: string) => text.replace(/["+,;<>\\]|^[ #]| $/g, String.raw`\$&`);

  test("a space other than U+0020 belongs to the value", () => {
    assert.equal(attributes("C=US, ST=\u00a0#1, O=acme")["ST"], "\u00a0#1");
  });

  test("any values read back", () => {
    fc.assert(
      fc.property(value, value, value, (c, st, o) => {
        assert.deepEqual(attributes(`C=${escape(c)}, ST=${escape(st)}, O=${escape(o)}`), { C: c, ST: st, O: o });
      }),
    );
  });

  test("any text is read or throws a TouchmarkError", () => {
    const pieces = fc.array(fc.constantFrom("C=", "ST=", "O=", ",", " ", "\\", "#", "+", "a", "41", '"', "="), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((parts) => parts.join("")),
        ),
        (text) => {
          try {
            assert.ok(attributes(text)["C"]);
          } catch (thrown) {
            assert.ok(thrown instanceof TouchmarkError && thrown.code === "MALFORMED", String(thrown));
          }
        },
      ),
    );
  });
});
