/** Creating and verifying a signature with a pending log entry. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeUtf8 } from "../core/bytes.ts";
import { signal } from "./verify-fixture.test.ts";
import { desk, attached, logPath, states, answerOf, logCheck, change } from "./upload-fixture.test.ts";

describe("a signature with a pending log entry", () => {
  it("is made without the log, states that, and passes only if pending entries are allowed", async (t) => {
    const at = await desk(t);
    at.log.on({ [logPath]: { status: 503 } });
    await at.sign();
    assert.deepEqual(at.logged, []);
    const [manifest] = attached(at);
    assert.equal(manifest?.annotations["dev.touchmark.log-upload"], "pending");
    const [, record] = manifest?.layers ?? [];
    assert.equal(record?.mediaType, "application/vnd.dev.touchmark.log-upload.v1+json");
    assert.deepEqual(JSON.parse(Buffer.from(at.repository.blobs.get(record.digest) ?? []).toString()), { logs: [at.log.origin] });

    const refused = await at.verify();
    assert.equal(answerOf(refused), "deny: LOG_ENTRY_PENDING");
    assert.match(refused.reason?.remedy ?? "", /^Upload the pending log entry/);
    const allowed = await at.verify(true);
    assert.equal(answerOf(allowed), "allow");
    assert.equal(logCheck(allowed), "failed: LOG_ENTRY_PENDING", "what is let pass is reported as it is");
    assert.notEqual(refused.policy.digest, allowed.policy.digest);
  });

  it("never passes without a timestamp, nor without the pending mark", async (t) => {
    const at = await desk(t);
    await at.sign();
    await change(at, ({ bundle }) => delete bundle.verificationMaterial.timestampVerificationData);
    assert.equal(answerOf(await at.verify(true)), "deny: LOG_ENTRY_MISSING");
    const other = await desk(t);
    await other.sign();
    await change(other, ({ manifest }) => delete manifest.annotations["dev.touchmark.log-upload"]);
    assert.equal(answerOf(await other.verify(true)), "deny: LOG_ENTRY_MISSING");
    assert.deepEqual(states(await other.flush()), []);
  });

  it("passes if pending entries are allowed, whatever copies of it without the mark strangers attach", async (t) => {
    const at = await desk(t);
    await at.sign();
    const [{ digest } = { digest: at.image.digest }] = attached(at);
    const stored = at.repository.manifests.get(digest);
    const { layers, annotations, ...manifest } = JSON.parse(Buffer.from(stored?.bytes ?? []).toString());
    const { "dev.touchmark.log-upload": _mark, ...others } = annotations;
    const copy = { ...manifest, layers: layers.slice(0, 1), annotations: others };
    await at.repository.putManifest(encodeUtf8(JSON.stringify(copy)), manifest.mediaType, undefined, signal);
    assert.equal(answerOf(await at.verify(true)), "allow");
  });

  it("by a key needs no log, before as after", async (t) => {
    const at = await desk(t);
    await at.sign({ by: "key" });
    assert.equal(answerOf(await at.verify(false, at.byKey.trust)), "allow");
    assert.deepEqual(states(await at.flush()), ["flushed"]);
    const verdict = await at.verify(false, at.byKey.trust);
    assert.equal(answerOf(verdict), "allow");
    assert.equal(logCheck(verdict), "passed");
  });
});
