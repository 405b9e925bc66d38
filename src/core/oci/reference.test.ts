import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { formatReference, isRepositoryName, parseReference, repositoryOf, targetOf } from "./reference.ts";

const digest = `sha256:${"ab".repeat(32)}`;

describe("references", () => {
  const full: Readonly<Record<string, string>> = {
    alpine: "docker.io/library/alpine",
    "alpine:3.20": "docker.io/library/alpine:3.20",
    "acme/app": "docker.io/acme/app",
    "docker.io/alpine": "docker.io/library/alpine",
    "index.docker.io/acme/app:1": "docker.io/acme/app:1",
    "localhost/app": "localhost/app",
    "localhost:5000/app:1.0": "localhost:5000/app:1.0",
    "127.0.0.1:5000/a/b/c": "127.0.0.1:5000/a/b/c",
    "[::1]:5000/app:1": "[::1]:5000/app:1",
    "registry.example/app": "registry.example/app",
    "Registry/app": "Registry/app",
    [`app@${digest}`]: `docker.io/library/app@${digest}`,
    [`registry.example:8443/a__b/c-d.e:v1@${digest}`]: `registry.example:8443/a__b/c-d.e:v1@${digest}`,
    [`app@sha512:${"0f".repeat(64)}`]: `docker.io/library/app@sha512:${"0f".repeat(64)}`,
    "oci:images/app": "oci:images/app",
    "oci:/abs/path:1.0": "oci:/abs/path:1.0",
    [`oci:dir@${digest}`]: `oci:dir@${digest}`,
    [String.raw`oci:C:\images\app:1.0`]: String.raw`oci:C:\images\app:1.0`,
    [String.raw`oci:C:\images`]: String.raw`oci:C:\images`,
    "oci:C:/images": "oci:C:/images",
    "oci-archive:images/app.tar": "oci-archive:images/app.tar",
    "oci-archive:/abs/app.tar:1.0": "oci-archive:/abs/app.tar:1.0",
    [`oci-archive:app.tar@${digest}`]: `oci-archive:app.tar@${digest}`,
  };
  for (const [short, expected] of Object.entries(full)) {
    it(`reads ${short}`, () => {
      const reference = parseReference(short);
      assert.equal(formatReference(reference), expected);
      assert.deepEqual(parseReference(expected), reference);
    });
  }

  it("prefers the digest to the tag, and defaults to latest", () => {
    assert.equal(targetOf(parseReference(`app:1@${digest}`)), digest);
    assert.equal(targetOf(parseReference("app:1")), "1");
    assert.equal(targetOf(parseReference("app")), "latest");
    assert.equal(repositoryOf(parseReference("localhost:5000/app:1")), "localhost:5000/app");
  });

  const bad = [
    "",
    "App",
    "registry.example/",
    "registry.example/App",
    "/app",
    "app:",
    "app:-x",
    "app@",
    "app@sha256:abc",
    `app@sha256:${"AB".repeat(32)}`,
    "a//b",
    "../app",
    "registry.example/../../etc",
    "registry.example/a/./b",
    "app name",
    "app\n",
    "user:pass@registry.example/app",
    "https://registry.example/app",
    "registry.example:999999/app",
    "-registry.example/app",
    `registry.example/${"a".repeat(300)}`,
    "x".repeat(5000),
    "registry.example./app",
    "999.0.0.1/app",
    "1.2.3.4.5/app",
    "[::1::]/app",
    "[1:2]/app",
    "oci:",
    "oci:a\0b",
    "oci-archive:",
    "oci-archive::1",
  ];
  for (const text of bad) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => assert.throws(() => parseReference(text), { code: "INVALID_REFERENCE" }));
  }

  it("refuses an address in another spelling than its usual one, and names that one", () => {
    for (const [host, usual] of [
      ["127.1", "127.0.0.1"],
      ["0x7f.1", "127.0.0.1"],
      ["0X7F.0.0.1", "127.0.0.1"],
      ["127.0.0.01:5000", "127.0.0.1:5000"],
      ["2130706433:5000", "127.0.0.1:5000"],
      ["0177.0.0.1", "127.0.0.1"],
      ["[0:0:0:0:0:0:0:1]:5000", "[::1]:5000"],
      ["[::ffff:7f00:1]:5000", "127.0.0.1:5000"],
    ] as const)
      assert.throws(() => parseReference(`${host}/app`), { code: "INVALID_REFERENCE", message: RegExp(RegExp.escape(`"${usual}"`)) }, host);
    for (const host of ["127.0.0.1:443", "10.0.0.1", "[::1]", "[FE80::A]:443", "LOCALHOST:00443", "1.example", "0x7f.example"])
      assert.equal(repositoryOf(parseReference(`${host}/app`)), `${host}/app`);
  });

  it("reads or refuses any text in bounded time, and reads back what it accepts", () => {
    const alphabet = fc.string({ unit: fc.constantFrom(...Array.from("aA0.:/-_@[]%\\ \n")), maxLength: 200 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          alphabet,
          fc.constantFrom("-", "_", ".", "a-", "a/").map((unit) => unit.repeat(4000)),
        ),
        (text) => {
          let reference;
          try {
            reference = parseReference(text);
          } catch (error) {
            assert.ok(error instanceof Error && "code" in error && error.code === "INVALID_REFERENCE");
            return;
          }
          assert.deepEqual(parseReference(formatReference(reference)), reference);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("refuses a repository name that could leave its folder", () => {
    for (const name of ["..", "a/..", "a/../b", "/a", "a/", "", ".a", "_tags", "a/_tags", "a%2fb", "a\\b", "a\0"])
      assert.equal(isRepositoryName(name), false, name);
  });
});
