import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryRepository, type MemoryRepository } from "../../test/fakes/memory-repository.ts";
import { putImage } from "../../test/fakes/signers.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { EnvelopeRequest, EnvelopeSigner } from "../core/signer.ts";
import { formats } from "../formats/all.ts";
import { leaf, looseJws, now, subject } from "../formats/notation/fixture.test.ts";
import { sign, type SignOptions } from "./sign.ts";
import type { EvidenceMade } from "./write-evidence.ts";

const { signal } = new AbortController();
const notation = formats.filter(({ writers }) => writers.signature?.abilities.needsChain);

/** A signer that returns the requested envelope, or another one. */
function maker(payload?: Uint8Array): EnvelopeSigner & { readonly asked: readonly EnvelopeRequest[] } {
  const asked: EnvelopeRequest[] = [];
  return {
    asked,
    async envelop(request) {
      asked.push(request);
      return { bytes: looseJws({ payload: payload ?? request.payload }).envelope, annotations: {} };
    },
  };
}

async function image(): Promise<MemoryRepository> {
  const repository = memoryRepository();
  await putImage(repository, "x", "1");
  repository.calls.length = 0;
  return repository;
}

function signs(repository: MemoryRepository, options: Pick<SignOptions, "signer" | "formats">): Promise<readonly EvidenceMade[]> {
  const recorder = { record: async () => undefined };
  const common = { annotations: { stage: "test" }, at: now, recorder, recursive: false, force: false, signal };
  return sign(repository, parseReference("registry.example/app:1"), { ...common, ...options });
}

const writes = ({ calls }: MemoryRepository): readonly string[] => calls.filter((call) => call.startsWith("put"));

describe("sign, with a signer that makes whole envelopes", () => {
  it("stores a new envelope each time, and reports the signer", async () => {
    const repository = await image();
    const signer = maker();
    for (const time of [1, 2]) {
      const [made, ...more] = await signs(repository, { signer, formats: notation });
      assert.ok(made && more.length === 0);
      assert.deepEqual([made.format, made.location, made.already], ["notation", "referrers", false]);
      assert.deepEqual(made.by, { key: leaf.publicKey.fingerprint });
      assert.equal(signer.asked.length, time);
    }
  });

  it("requests and writes nothing if a format has no envelopes", async () => {
    const repository = await image();
    const signer = maker();
    await assert.rejects(signs(repository, { signer, formats }), { code: "UNSUPPORTED", message: /of format bundle has none/ });
    assert.deepEqual(signer.asked, []);
    assert.deepEqual(writes(repository), []);
  });

  it("writes nothing if the envelope differs from the request", async () => {
    const repository = await image();
    const signer = maker(encodeUtf8(JSON.stringify({ targetArtifact: subject })));
    await assert.rejects(signs(repository, { signer, formats: notation }), { code: "PLUGIN_FAILED", message: /is for digest/ });
    assert.deepEqual(writes(repository), []);
  });
});
