/** Which repositories a pattern is for: the same ones, whatever spelling of a repository somebody chooses. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { parseReference, repositoryOf } from "../core/oci/reference.ts";
import { imagePattern } from "./image-pattern.ts";

describe("a pattern of images", () => {
  const matching: readonly (readonly [pattern: string, reference: string, isMatch: boolean])[] = [
    ["registry.example/prod/**", "registry.example/prod/app:1", true],
    ["registry.example/prod/**", "Registry.Example/prod/app:1", true],
    ["registry.example/prod/**", "registry.example:443/prod/app", true],
    ["registry.example/prod/**", "REGISTRY.example:00443/prod/app", true],
    ["Registry.example:443/prod/**", "registry.example/prod/app", true],
    ["*.example/prod/app", "REGISTRY.example/prod/app", true],
    ["registry.example/prod/**", "registry.example:5000/prod/app", false],
    ["registry.example/prod/**", "registry.example/other/app", false],
    ["registry.example/*", "registry.example/prod/app", false],
    ["docker.io/library/*", "alpine", true],
    ["docker.io/library/*", "registry-1.docker.io/library/alpine", true],
    ["docker.io/library/*", "registry.hub.docker.com/library/alpine", true],
    ["index.docker.io/library/*", "docker.io/library/alpine", true],
    ["docker.io/library/*", "registry-1.docker.io/alpine", true],
    ["docker.io/library/*", "docker.io:443/alpine", true],
    ["registry-1.docker.io/alpine", "alpine", true],
    ["docker.io/**", "alpine", true],
    ["docker.io/*", "alpine", false],
    ["localhost/**", "LOCALHOST/app", true],
    ["localhost:5000/**", "LocalHost:05000/app", true],
    ["registry.example./prod/**", "registry.example/prod/app", true],
    ["registry.example.:443/prod/**", "registry.example/prod/app", true],
    ["127.1:5000/**", "127.0.0.1:5000/app", true],
    ["0x7f.1:5000/**", "127.0.0.1:5000/app", true],
    ["[::ffff:7f00:1]:5000/**", "127.0.0.1:5000/app", true],
    ["[0:0:0:0:0:0:0:1]:5000/**", "[::1]:5000/app", true],
    ["[fe80::a]/**", "[FE80::A]/app", true],
    ["oci:Layout/**", "oci:Layout/app", true],
    ["oci:Layout/**", "oci:layout/app", false],
    ["oci:/😀/**", "oci:/😀/app", true],
    ["registry?.example/**", "registry/app", false],
    ["**", "registry.example/app", true],
  ];
  for (const [pattern, reference, isMatch] of matching) {
    it(`${pattern} is ${isMatch ? "" : "not "}for ${reference}`, () => {
      assert.equal(imagePattern(pattern)(repositoryOf(parseReference(reference))) !== undefined, isMatch);
    });
  }

  it("is for files only if it is for everything", () => {
    assert.equal(imagePattern("**")(undefined), 0);
    assert.equal(imagePattern("*")(undefined), undefined);
  });
});

describe("the stars of a pattern", () => {
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
      fc.property(pattern, text, (stars, name) => {
        const [source, repository] = [`registry.example/${stars}`, `registry.example/${name}`];
        const expression = source.replace(/\.|\*{1,2}/g, (found) => ({ ".": "\\.", "*": "[^/]*", "**": ".*" })[found] ?? found);
        const expected = new RegExp(`^${expression}$`).test(repository);
        assert.equal(imagePattern(source)(repository) !== undefined, expected, `${source} ${repository}`);
      }),
      { numRuns: 2000 },
    );
  });
});
