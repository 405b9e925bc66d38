import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { subjectOf } from "../../test/vectors/load.ts";
import { encodeUtf8 } from "./bytes.ts";
import { hasDigest, matchesDigests } from "./content.ts";
import { subjectContent } from "./subject.ts";

const manifest = encodeUtf8('{"an":"image"}');
const subject = subjectContent(subjectOf(manifest));
const hex = (algorithm: string): string => createHash(algorithm).update(manifest).digest("hex");

describe("matching a subject's digests", () => {
  it("a subject matches its own digest, of any supported algorithm", () => {
    assert.ok(matchesDigests(subject, { sha256: hex("sha256") }));
    assert.ok(matchesDigests(subject, { sha256: hex("sha256"), sha512: hex("sha512") }));
  });

  it("a subject never matches an empty list", () => assert.equal(matchesDigests(subject, {}), false));

  it("a subject does not match if one of several digests differs", () => {
    assert.equal(matchesDigests(subject, { sha256: hex("sha256"), sha512: "0".repeat(128) }), false);
    assert.equal(matchesDigests(subject, { sha256: hex("sha256"), gitCommit: "0".repeat(40) }), false);
  });

  it("only comparable digests count where the bytes are not available", () => {
    const blind = { digest: subject.digest };
    assert.ok(matchesDigests(blind, { sha256: hex("sha256"), sha512: hex("sha512") }));
    assert.equal(matchesDigests(blind, { sha512: hex("sha512") }), false);
    assert.equal(matchesDigests(blind, { sha256: "0".repeat(64), sha512: hex("sha512") }), false);
    assert.equal(matchesDigests(blind, { sha256: hex("sha256"), gitCommit: "0".repeat(40) }), false);
    assert.equal(hasDigest(blind, "sha512", hex("sha512")), undefined);
    assert.equal(hasDigest(subject, "sha512", hex("sha512")), true);
  });

  it("a subject does not match upper-case hex or a prefix", () => {
    assert.equal(matchesDigests(subject, { sha256: hex("sha256").toUpperCase() }), false);
    assert.equal(matchesDigests(subject, { sha256: hex("sha256").slice(0, 20) }), false);
  });
});
