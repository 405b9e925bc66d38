/** Uploading pending entries: untrusted content is not logged, and an invalid log entry is not written. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { person, putImage } from "../../test/fakes/signers.ts";
import { scriptedServer } from "../../test/fakes/scripted-registry.ts";
import { encodeUtf8, toBase64 } from "../core/bytes.ts";
import { desk, attached, states, answerOf, change, type Parts } from "./upload-fixture.test.ts";

const otherKey = toBase64(person("other").publicKey.spki);

function signatureIn(bundle: Parts["bundle"]): { sig: string } {
  return bundle.dsseEnvelope.signatures[0];
}

describe("uploading pending entries: untrusted content", () => {
  for (const [what, by, alter, answer] of [
    [
      "a log that the signing config does not name",
      "certificate",
      ({ record, stranger }) => (record.logs = [stranger]),
      "pending: SERVICE_MISSING",
    ],
    ["the log and another", "certificate", ({ record, stranger }) => record.logs.push(stranger), "pending: SERVICE_MISSING"],
    ["no log", "certificate", ({ record }) => (record.logs = []), "refused: MALFORMED_EVIDENCE"],
    ["what is no URL", "certificate", ({ record }) => (record.logs = [7]), "refused: MALFORMED_EVIDENCE"],
    ["nine logs", "certificate", ({ record }) => (record.logs = Array(9).fill("https://log.example")), "refused: LIMIT_EXCEEDED"],
    ["another signature", "certificate", ({ bundle }) => (signatureIn(bundle).sig = "MEUCIQ=="), "refused: TIMESTAMP_INVALID"],
    [
      "no timestamp",
      "certificate",
      ({ bundle }) => delete bundle.verificationMaterial.timestampVerificationData,
      "refused: LOG_ENTRY_MISSING",
    ],
    [
      "another statement",
      "certificate",
      ({ bundle }) => (bundle.dsseEnvelope.payload = toBase64(encodeUtf8("{}"))),
      "refused: MALFORMED_EVIDENCE",
    ],
    ["an entry of its own", "certificate", ({ bundle }) => (bundle.verificationMaterial.tlogEntries = [{}]), "refused: MALFORMED_EVIDENCE"],
    ["another key", "key", ({ record }) => (record.publicKey = otherKey), "refused: KEY_MISMATCH"],
    ["no key", "key", ({ record }) => delete record.publicKey, "refused: MALFORMED_EVIDENCE"],
    ["what is no key", "key", ({ record }) => (record.publicKey = "AAAA"), "refused: INVALID_KEY"],
  ] satisfies readonly (readonly [string, "key" | "certificate", (parts: Parts) => unknown, string])[]) {
    it(`asks no log about a record or bundle with ${what}, and changes nothing`, async (t) => {
      const at = await desk(t);
      await at.sign({ by });
      await change(at, alter, (await scriptedServer(t)).origin); // a request that comes to it fails the test
      const before = [...at.repository.manifests.keys()];
      assert.deepEqual(states(await at.flush()), [answer]);
      assert.deepEqual(at.logged, []);
      assert.deepEqual([...at.repository.manifests.keys()], before);
    });
  }

  it("does not log a signature for another image", async (t) => {
    const at = await desk(t);
    await at.sign();
    const other = await putImage(at.repository, "another", "1");
    await change(at, ({ manifest }) => (manifest.subject = other));
    assert.deepEqual(states(await at.flush()), ["refused: SUBJECT_MISMATCH"]);
    assert.deepEqual(at.logged, []);
  });

  it("does not log a signature without a certificate of the instance", async (t) => {
    const [at, stranger] = [await desk(t), await desk(t)];
    await stranger.sign({ repository: at.repository });
    assert.deepEqual(states(await at.flush()), ["refused: TIMESTAMP_MISSING"]);
    assert.deepEqual([...at.logged, ...stranger.logged], []);
  });

  it("does not log a manifest with several bundles, since the manifest is deleted afterwards", async (t) => {
    const at = await desk(t);
    await at.sign();
    await change(at, ({ manifest }) => manifest.layers.push({ ...manifest.layers[0], annotations: { copy: "2" } }));
    assert.deepEqual(states(await at.flush()), ["refused: MALFORMED_EVIDENCE", "refused: MALFORMED_EVIDENCE"]);
    assert.deepEqual(at.logged, []);
  });

  it("logs the signature even if an invalid copy is beside it", async (t) => {
    const at = await desk(t);
    await at.sign();
    const waiting = [...at.repository.manifests];
    await at.flush();
    const nothing = Buffer.alloc(32).toString("base64");
    await change(at, ({ bundle }) => (bundle.verificationMaterial.tlogEntries[0].inclusionProof.rootHash = nothing));
    assert.equal(answerOf(await at.verify(true)), "deny: MALFORMED_EVIDENCE");
    for (const [digest, stored] of waiting) at.repository.manifests.set(digest, stored);
    assert.equal(attached(at).length, 2);
    assert.equal(answerOf(await at.verify(true)), "allow", "the broken copy does not hide the one that waits");
    assert.deepEqual(states(await at.flush()), ["flushed"]);
    assert.equal(answerOf(await at.verify()), "allow");
  });
});

describe("uploading pending entries: a signature is not completed", () => {
  it("by an entry that a verifier would not accept: nothing is written", async (t) => {
    const at = await desk(t);
    await at.sign();
    const before = [...at.repository.manifests.keys()];
    const services = async () => ({ ...at.flushServices, upload: async () => [] });
    assert.deepEqual(states(await at.flush({ services })), ["pending: LOG_ENTRY_INVALID"]);
    assert.deepEqual([...at.repository.manifests.keys()], before);
  });

  it("by an unlogged copy that is not marked as pending", async (t) => {
    const at = await desk(t);
    await at.sign({ by: "key" });
    const waiting = [...at.repository.manifests];
    await change(at, ({ manifest }) => delete manifest.annotations["dev.touchmark.log-upload"]);
    for (const [digest, stored] of waiting) at.repository.manifests.set(digest, stored);
    const [upload] = (await at.flush())[0]?.uploads ?? [];
    assert.equal(upload?.state === "flushed" && upload.already, false);
    assert.equal(at.logged.length, 1);
  });

  it("by the entry of an untrusted log, even if the manifest is marked as pending", async (t) => {
    const [at, other] = [await desk(t), await desk(t)];
    await at.sign();
    await other.sign({ logUpload: "now" });
    const [complete] = attached(other);
    const stranger = JSON.parse(Buffer.from(other.repository.blobs.get(complete?.layers[0]?.digest ?? at.image.digest) ?? []).toString());
    await change(at, ({ bundle }) => (bundle.verificationMaterial.tlogEntries = stranger.verificationMaterial.tlogEntries));
    assert.equal(answerOf(await at.verify(true)), "deny: LOG_ENTRY_MISSING");
    assert.deepEqual(states(await at.flush()), ["refused: LOG_ENTRY_MISSING"]);
    assert.deepEqual(at.logged, []);
  });
});
