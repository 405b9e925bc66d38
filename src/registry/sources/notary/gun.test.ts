import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseGun } from "./gun.ts";

describe("the name of a repository", () => {
  for (const [text, name] of [
    ["alpine", "docker.io/library/alpine"],
    ["docker.io/alpine", "docker.io/library/alpine"],
    ["index.docker.io/team/app", "docker.io/team/app"],
    ["registry.example:5000/team/app", "registry.example:5000/team/app"],
  ] as const) {
    it(`${text} is the name ${name}`, () => {
      const gun = parseGun(text);
      assert.equal(gun.name, name);
      assert.equal(`${gun.registry}/${gun.repository}`, name);
    });
  }

  for (const [text, message, hint] of [
    ["alpine:3", /has a tag/, /docker\.io\/library\/alpine: its trust data is for all tags/],
    [`alpine@sha256:${"0".repeat(64)}`, /has a tag or a digest/, /alone/],
    ["oci:folder", /layout/, /registry/],
    ["docker.io/../etc", /not an image reference/, /./],
  ] as const) {
    it(`${text.slice(0, 20)} is refused`, () => {
      assert.throws(() => parseGun(text), { code: "INVALID_REFERENCE", message, hint });
    });
  }
});
