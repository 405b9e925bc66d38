import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { verdictToJson } from "../../src/cli/render/verdict-json.ts";
import { encodeUtf8 } from "../../src/core/bytes.ts";
import { TouchmarkError } from "../../src/core/errors.ts";
import { parseReference } from "../../src/core/oci/reference.ts";
import type { Repository } from "../../src/core/repository.ts";
import { sign } from "../../src/engine/sign.ts";
import { verify } from "../../src/engine/verify.ts";
import { makeTrust } from "../../src/trust/trust.ts";
import { formats } from "../../src/formats/all.ts";
import { anyKeyOf } from "../fakes/expectation.ts";
import { memoryRepository } from "../fakes/memory-repository.ts";
import { keyFormats, person, putImage, putReferrer } from "../fakes/signers.ts";
import { isVerdict } from "./is-verdict.ts";

const [alice, mallory] = [person("alice"), person("mallory")];
const common = {
  formats,
  at: Date.UTC(2026, 10, 21),
  recorder: { record: async () => undefined },
  recursive: false,
  signal: new AbortController().signal,
};
const reference = parseReference("registry.example/app:1");

async function answer(repository: Repository): Promise<Record<string, unknown>> {
  const [verdict] = await verify(repository, reference, {
    ...common,
    basis: anyKeyOf(alice.trust),
  });
  assert.ok(verdict);
  return JSON.parse(verdictToJson(verdict));
}

describe("the published schema of a verdict", () => {
  it("tells the age of the embedded trust root where that was used, and only there", async () => {
    const renewBy = Date.UTC(2026, 10, 20);
    const none = { certificateAuthorities: [], logs: [], certificateLogs: [], timestampAuthorities: [] };
    const repository = memoryRepository();
    for (const step of ["no image", "an image"]) {
      if (step === "an image") await putImage(repository, "x", "1");
      for (const [roots, expected] of [
        [[none, { ...none, renewBy }], "2026-11-20T00:00:00Z"],
        [[none], undefined],
      ] as const) {
        const [verdict] = await verify(repository, reference, { ...common, basis: anyKeyOf(makeTrust({ roots })) });
        assert.ok(verdict);
        const printed = JSON.parse(verdictToJson(verdict));
        assert.equal(printed.embeddedTrustRenewBy, expected, step);
        assert.ok(isVerdict(printed), JSON.stringify(isVerdict.errors));
      }
    }
  });

  it("holds for every kind of answer", async () => {
    const repository = memoryRepository();
    const kinds = [await answer(repository)];
    const image = await putImage(repository, "x", "1");
    kinds.push(await answer(repository));
    const bytes = encodeUtf8("junk");
    await putReferrer(repository, {
      subject: image,
      artifactType: "a/b",
      layer: { mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", bytes },
    });
    kinds.push(await answer(repository));
    await sign(repository, reference, { ...common, formats: keyFormats, signer: mallory.signer, annotations: {}, force: false });
    kinds.push(await answer(repository));
    kinds.push(await answer({ ...repository, referrers: () => Promise.reject(new TouchmarkError("UNREACHABLE", "down")) }));
    await sign(repository, reference, { ...common, formats: keyFormats, signer: alice.signer, annotations: { a: "b" }, force: false });
    kinds.push(await answer(repository));

    for (const verdict of kinds) assert.ok(isVerdict(verdict), JSON.stringify(isVerdict.errors));
    assert.deepEqual(
      kinds.map(({ decision }) => decision),
      ["deny", "deny", "deny", "deny", "undecided", "allow"],
    );
  });

  it("refuses what is not one", async () => {
    const repository = memoryRepository();
    const verdict = await answer(repository);
    for (const change of [
      { decision: "allow" },
      { reason: undefined },
      { extra: 1 },
      { apiVersion: "verdict/v2" },
      { unread: undefined },
    ]) {
      assert.ok(!isVerdict(JSON.parse(JSON.stringify({ ...verdict, ...change }))), JSON.stringify(change));
    }
  });
});
