import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { assert as check, nat, oneof, property, string, stringMatching } from "fast-check";
import { compareVersions } from "./plugin-version.ts";

/** The specification's own example, section 11, and common mistakes. */
const ascending = [
  "0.0.1",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "1.0.0",
  "1.0.1",
  "1.2.0",
  "1.10.0",
  "2.0.0-0",
  "2.0.0-9007199254740993",
  "2.0.0-9007199254740993.a",
  "2.0.0",
  "9007199254740992.0.0",
  "9007199254740993.0.0",
];

suite("versions of plugins", () => {
  test("are ordered as in the specification", () => {
    check(
      property(nat(ascending.length - 1), nat(ascending.length - 1), (i, j) => {
        assert.equal(Math.sign(compareVersions(ascending[i] ?? "", ascending[j] ?? "")), Math.sign(i - j));
      }),
      { numRuns: 400 },
    );
  });

  test("are equal regardless of build metadata", () => {
    assert.equal(compareVersions("1.0.0+a.1", "1.0.0+b-2"), 0);
  });

  for (const text of [
    "",
    "1",
    "1.0",
    "v1.0.0",
    "01.0.0",
    "1.0.0-01",
    "1.0.0-",
    "1.0.0+",
    "1.0.0-a..b",
    " 1.0.0",
    "1.0.0\n",
    `1.0.0-${"a".repeat(100)}`,
  ]) {
    test(`${JSON.stringify(text.slice(0, 20))} is refused`, () => {
      assert.throws(() => compareVersions(text, "1.0.0"), { code: "MALFORMED" });
    });
  }

  test("any text is a version or refused", () => {
    check(
      property(oneof(string(), stringMatching(/^[\d.a-z+-]{0,120}$/)), (text) => {
        try {
          assert.equal(compareVersions(text, text), 0);
        } catch (error) {
          assert.ok(error instanceof Error && "code" in error && error.code === "MALFORMED");
        }
      }),
    );
  });
});
