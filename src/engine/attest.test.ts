import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anyKeyOf } from "../../test/fakes/expectation.ts";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { keyFormats, person, putImage } from "../../test/fakes/signers.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import type { RecordedEvent } from "../core/recorder.ts";
import { parseReference } from "../core/oci/reference.ts";
import { formats } from "../formats/all.ts";
import { attest, type AttestOptions } from "./attest.ts";
import { verify } from "./verify.ts";

const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);
const alice = person("alice");
const reference = parseReference("registry.example/app:1");
const predicateType = "https://example.com/build/v1";
const predicate = encodeUtf8('{"builder": "ci", "seconds": 12.50}');
const recorder = { record: async () => undefined };
const defaults: AttestOptions = {
  formats: keyFormats,
  signer: alice.signer,
  predicateType,
  predicate,
  at,
  recorder,
  recursive: false,
  signal,
};

describe("attest", () => {
  it("attaches the predicate in each format, and verification finds it where it is wanted", async () => {
    const repository = memoryRepository();
    const { digest } = await putImage(repository, "x", "1");
    const events: RecordedEvent[] = [];
    const made = await attest(repository, reference, { ...defaults, recorder: { record: async (event) => void events.push(event) } });
    assert.deepEqual(
      made.map(({ format, location }) => [format, location]),
      [
        ["bundle", "referrers"],
        ["cosign-legacy", `tag ${digest.replace(":", "-")}.att`],
      ],
    );
    const claim = { kind: "attestation", subject: digest, predicateType };
    assert.deepEqual(
      events.map((event) => event.kind === "signed" && event.claim),
      [claim, claim],
    );
    const [verdict] = await verify(repository, reference, {
      ...defaults,
      basis: anyKeyOf(alice.trust),
      wants: { kinds: ["signature", "attestation"] },
    });
    assert.deepEqual(
      verdict?.findings.map((finding) => [finding.claim, finding.checks.every(({ outcome }) => outcome === "passed")]),
      [
        [claim, true],
        [claim, true],
      ],
    );
    assert.ok(verdict.findings.every((finding) => !("statement" in finding)));
    assert.equal(verdict.reason?.code, "NO_SIGNATURE", "an attestation never counts as a signature");
  });

  it("reads no attestation of another predicate type than the wanted one", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const [bundle] = formats;
    await attest(repository, reference, { ...defaults, formats: [bundle] });
    await attest(repository, reference, { ...defaults, formats: [bundle], predicateType: "https://example.com/other/v1" });
    const collected = { kinds: ["attestation"], predicateTypes: [predicateType] } as const;
    repository.calls.length = 0;
    const { collect } = await import("./collect.ts");
    const subject = { repository: repository.name, digest: (await repository.manifest("1", signal))?.descriptor.digest ?? "sha256:" };
    const { evidence } = await collect(repository, subject, { formats: [bundle], wants: collected, signal });
    assert.equal(evidence.length, 1);
  });

  it("refuses what is no predicate, and formats that have no attestations", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    for (const [change, code] of [
      [{ predicate: encodeUtf8("[1]") }, "MALFORMED"],
      [{ predicate: encodeUtf8('{"a":1,"a":2}') }, "MALFORMED"],
      [{ predicate: encodeUtf8("{} {}") }, "MALFORMED"],
      [{ predicateType: "custom" }, "USAGE"],
      [{ predicateType: "https://sigstore.dev/cosign/sign/v1" }, "USAGE"],
      [{ formats }, "UNSUPPORTED"],
    ] as const) {
      await assert.rejects(attest(repository, reference, { ...defaults, ...change }), { code }, JSON.stringify(change));
    }
    assert.equal(repository.manifests.size, 1, "nothing was stored");
  });
});
