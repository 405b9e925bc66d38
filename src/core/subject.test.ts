import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { subjectOf } from "../../test/vectors/load.ts";
import { encodeUtf8 } from "./bytes.ts";
import { contentOf, isNamedBy } from "./subject.ts";

const manifest = encodeUtf8('{"an":"image"}');
const subject = contentOf(subjectOf(manifest));
const hex = (algorithm: string): string => createHash(algorithm).update(manifest).digest("hex");

describe("which digests name a subject", () => {
  it("is named by its own, of any algorithm that can be computed", () => {
    assert.ok(isNamedBy(subject, { sha256: hex("sha256") }));
    assert.ok(isNamedBy(subject, { sha256: hex("sha256"), sha512: hex("sha512") }));
  });

  it("T11: is not named by an empty list", () => assert.equal(isNamedBy(subject, {}), false));

  it("T39: is not named if one of several digests is another's", () => {
    assert.equal(isNamedBy(subject, { sha256: hex("sha256"), sha512: "0".repeat(128) }), false);
    assert.equal(isNamedBy(subject, { sha256: hex("sha256"), gitCommit: "0".repeat(40) }), false);
  });

  it("is not named by upper-case hex or a prefix", () => {
    assert.equal(isNamedBy(subject, { sha256: hex("sha256").toUpperCase() }), false);
    assert.equal(isNamedBy(subject, { sha256: hex("sha256").slice(0, 20) }), false);
  });
});
