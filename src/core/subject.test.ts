import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { subjectOf } from "../../test/vectors/load.ts";
import { encodeUtf8 } from "./bytes.ts";
import { subjectContent, hasDigest, matchesDigests } from "./subject.ts";

const manifest = encodeUtf8('{"an":"image"}');
const subject = subjectContent(subjectOf(manifest));
const hex = (algorithm: string): string => createHash(algorithm).update(manifest).digest("hex");

describe("which digests name a subject", () => {
  it("is named by its own, of any algorithm that can be computed", () => {
    assert.ok(matchesDigests(subject, { sha256: hex("sha256") }));
    assert.ok(matchesDigests(subject, { sha256: hex("sha256"), sha512: hex("sha512") }));
  });

  it("T11: is not named by an empty list", () => assert.equal(matchesDigests(subject, {}), false));

  it("T39: is not named if one of several digests is another's", () => {
    assert.equal(matchesDigests(subject, { sha256: hex("sha256"), sha512: "0".repeat(128) }), false);
    assert.equal(matchesDigests(subject, { sha256: hex("sha256"), gitCommit: "0".repeat(40) }), false);
  });

  it("goes by what can be compared where only its digest is known", () => {
    const blind = { digest: subject.digest };
    assert.ok(matchesDigests(blind, { sha256: hex("sha256"), sha512: hex("sha512") }));
    assert.equal(matchesDigests(blind, { sha512: hex("sha512") }), false);
    assert.equal(matchesDigests(blind, { sha256: "0".repeat(64), sha512: hex("sha512") }), false);
    assert.equal(matchesDigests(blind, { sha256: hex("sha256"), gitCommit: "0".repeat(40) }), false);
    assert.equal(hasDigest(blind, "sha512", hex("sha512")), undefined);
    assert.equal(hasDigest(subject, "sha512", hex("sha512")), true);
  });

  it("is not named by upper-case hex or a prefix", () => {
    assert.equal(matchesDigests(subject, { sha256: hex("sha256").toUpperCase() }), false);
    assert.equal(matchesDigests(subject, { sha256: hex("sha256").slice(0, 20) }), false);
  });
});
