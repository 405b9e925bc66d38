import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { imagePattern } from "./image-pattern.ts";

describe("a pattern of images", () => {
  it("matches a part of a segment with *, and any segments with **", () => {
    for (const [pattern, matched, others] of [
      ["docker.io/library/alpine", ["docker.io/library/alpine"], ["docker.io/library/alpine2", "docker.io/library/alpin"]],
      ["registry.example/team/*", ["registry.example/team/app"], ["registry.example/team/app/sub", "registry.example/other/app"]],
      ["registry.example/*/app", ["registry.example/team/app"], ["registry.example/team/sub/app"]],
      ["registry.example/**", ["registry.example/a", "registry.example/a/b/c"], ["registry.example.evil/a", "evil/registry.example/a"]],
      ["**", ["anything/at/all"], []],
      ["registry.example/app-*", ["registry.example/app-", "registry.example/app-1"], ["registry.example/app", "registry.example/app-1/x"]],
      ["a.b/c", ["a.b/c"], ["axb/c"]],
    ] as const) {
      const match = imagePattern(pattern);
      for (const repository of matched) assert.notEqual(match(repository), undefined, `${pattern} matches ${repository}`);
      for (const repository of others) assert.equal(match(repository), undefined, `${pattern} does not match ${repository}`);
    }
  });

  it("is the more specific the more literal characters it has", () => {
    const specificity = (pattern: string) => imagePattern(pattern)("registry.example/team/app") ?? -1;
    const patterns = ["**", "registry.example/**", "registry.example/team/*", "registry.example/team/app"];
    const found = patterns.map(specificity);
    assert.deepEqual(
      found,
      found.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(found).size, patterns.length);
  });

  it("matches a file by ** alone", () => {
    assert.equal(imagePattern("**")(undefined), 0);
    for (const pattern of ["*", "**/app", "***"]) assert.equal(imagePattern(pattern)(undefined), undefined);
  });

  it("is refused past 512 characters, and matches in linear time", () => {
    assert.throws(() => imagePattern("a".repeat(513)), { code: "USAGE" });
    assert.equal(imagePattern(`${"*a".repeat(200)}b`)("a".repeat(10_000)), undefined);
  });

  it("agrees with a regular expression", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "*"), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (source, repository) => {
        const expression = source.replace(/\.|\*{1,2}/g, (found) => ({ ".": "\\.", "*": "[^/]*", "**": ".*" })[found] ?? found);
        const expected = new RegExp(`^${expression}$`).test(repository);
        assert.equal(imagePattern(source)(repository) !== undefined, expected, `${source} ${repository}`);
      }),
      { numRuns: 2000 },
    );
  });
});
