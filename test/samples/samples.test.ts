/** The pages "How to add a format" and "How to add a signer" of CONTRIBUTING.md, followed once. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { TouchmarkError } from "../../src/core/errors.ts";
import { parseReference } from "../../src/core/oci/reference.ts";
import { sign } from "../../src/engine/sign.ts";
import { createImageVerifier } from "../../src/engine/verifier.ts";
import { publicKeyOf } from "../../src/core/keys/public-key.ts";
import { makeTrust } from "../../src/trust/trust.ts";
import { testWriters } from "../contract/format-writers.ts";
import { anyKeyOf } from "../fakes/expectation.ts";
import { memoryRepository } from "../fakes/memory-repository.ts";
import { putImage } from "../fakes/signers.ts";
import { agentSigner, type Agent } from "./agent-signer.ts";
import { checksumFormat } from "./checksum-format.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = publicKeyOf(publicKey, "agent");
const reference = parseReference("registry.example/app:1");
const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);
const recorder = { record: async () => undefined };

/** An agent that answers as asked, or with other bytes. */
function fakeAgent(answer: (message: Uint8Array) => Uint8Array = (message) => key.algorithm.signs.sign(privateKey, message)): Agent {
  const pem = encodeUtf8(publicKey.export({ format: "pem", type: "spki" }));
  return { publicKey: async () => pem, sign: async (message) => answer(message), [Symbol.asyncDispose]: async () => undefined };
}

async function signedBy(connect: () => Promise<Agent>) {
  const repository = memoryRepository();
  await putImage(repository, "hello", "1");
  const signer = agentSigner(connect);
  const make = () =>
    sign(repository, reference, {
      formats: [checksumFormat],
      signer,
      annotations: { stage: "test" },
      force: false,
      recursive: false,
      at,
      recorder,
      signal,
    });
  return { repository, make };
}

testWriters(checksumFormat);

describe("a format and a signer that are written as the pages say", () => {
  it("sign an image that a verifier allows, and for another key refuses", async () => {
    let connections = 0;
    const { repository, make } = await signedBy(async () => {
      if (connections++ === 0) throw new TouchmarkError("UNREACHABLE", "the agent does not answer");
      return fakeAgent();
    });
    await assert.rejects(make(), { code: "UNREACHABLE" });
    const [made] = await make();
    assert.equal(made?.format, "checksum");
    assert.equal((await make())[0]?.already, true);
    assert.equal(connections, 2);

    const verdictFor = async (trusted: typeof key): Promise<unknown> => {
      const basis = async () => anyKeyOf(makeTrust({ keys: [{ name: "agent.pub", publicKey: trusted }] }));
      const verifier = createImageVerifier({ formats: [checksumFormat], open: () => repository, basis, recorder, clock: () => at });
      const [verdict] = await verifier.verify(reference, { signal });
      return [verdict?.decision, verdict?.reason?.code];
    };
    assert.deepEqual(await verdictFor(key), ["allow", undefined]);
    const other = publicKeyOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey, "other");
    assert.deepEqual(await verdictFor(other), ["deny", "KEY_MISMATCH"]);
  });

  it("store nothing if the agent's answer does not verify", async () => {
    const { repository, make } = await signedBy(async () => fakeAgent((message) => message));
    await assert.rejects(make(), { code: "INVALID_KEY" });
    const stored = await repository.manifest("1", signal);
    assert.ok(stored);
    assert.deepEqual(await repository.referrers(stored.descriptor.digest, signal), []);
  });
});
