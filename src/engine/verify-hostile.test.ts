/** Evidence that cannot be decided, and hostile registries. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { memoryRepository, type MemoryRepository } from "../../test/fakes/memory-repository.ts";
import { putImage, putReferrer } from "../../test/fakes/signers.ts";
import { serverIdentity } from "../../test/fakes/pki/pki.ts";
import { loadVector, subjectOf } from "../../test/vectors/load.ts";
import { decodeUtf8, encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import type { Repository } from "../core/repository.ts";
import { signal, alice, mallory, bundleType, signed, verifyAll, answer, referrer } from "./verify-fixture.test.ts";

describe("verify: undecided evidence", () => {
  const { layer, subject } = loadVector("bundle", "ecdsa-p256");
  const changed = (change: (bundle: Record<string, unknown>) => void): Uint8Array => {
    const bundle = JSON.parse(decodeUtf8(layer));
    change(bundle);
    return encodeUtf8(JSON.stringify(bundle));
  };
  const certificate = new X509Certificate(serverIdentity.cert).raw.toString("base64");
  const byCertificate = changed((bundle) => void (bundle["verificationMaterial"] = { certificate: { rawBytes: certificate } }));
  const unknownVersion = changed((bundle) => void (bundle["mediaType"] = "application/vnd.dev.sigstore.bundle.v7.0+json"));

  const imageWith = async (bytes: Uint8Array): Promise<MemoryRepository> => {
    const repository = memoryRepository();
    repository.manifests.set(subject.digest, { descriptor: subject.descriptor, bytes: subject.manifest });
    repository.tagged.set("1", subject.digest);
    await referrer(repository, subject.descriptor, bytes);
    return repository;
  };

  it("is undecided with a bundle of an unknown version alone, and refused if an untrusted signature is beside it", async () => {
    const repository = await imageWith(unknownVersion);
    assert.equal(await answer(repository), "undecided UNSUPPORTED");
    await signed(mallory, repository, "registry.example/app:1");
    assert.equal(await answer(repository), "deny NO_MATCHING_SIGNATURE");
    await signed(alice, repository, "registry.example/app:1");
    assert.equal(await answer(repository), "allow");
  });

  it("is refused with a signature by certificate where a key is expected, and allowed with the key's beside it", async () => {
    const repository = await imageWith(byCertificate);
    assert.equal(await answer(repository), "deny KEY_MISMATCH");
    await signed(alice, repository, "registry.example/app:1");
    assert.equal(await answer(repository), "allow");
  });

  it("is refused with a .sig whose certificate cannot be read", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1", "cosign-legacy");
    const tag = [...repository.tagged.keys()].find((name) => name.endsWith(".sig")) ?? "";
    const stored = await repository.manifest(tag, signal);
    const manifest = JSON.parse(decodeUtf8(stored?.bytes ?? new Uint8Array()));
    manifest.layers[0].annotations["dev.sigstore.cosign/certificate"] = "-----BEGIN CERTIFICATE-----";
    await repository.putManifest(encodeUtf8(JSON.stringify(manifest)), manifest.mediaType, tag, signal);
    assert.equal(await answer(repository), "deny MALFORMED_EVIDENCE");
  });
});

describe("verify: hostile registries", () => {
  it("does not fetch a signature of 200 MiB", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    const layer = { mediaType: bundleType, bytes: encodeUtf8("{}"), size: 200 * 1024 * 1024 };
    await putReferrer(repository, { subject: image, artifactType: bundleType, layer });
    assert.equal(await answer(repository), "undecided LIMIT_EXCEEDED");
    assert.ok(!repository.calls.includes("blob"));
  });

  it("reads no 30 GB, though a small manifest lists one blob a thousand times", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    const layer = { mediaType: bundleType, bytes: encodeUtf8("{}"), size: 30 * 1024 * 1024 };
    await putReferrer(repository, { subject: image, artifactType: bundleType, layer, times: 1000 });
    assert.equal(await answer(repository), "undecided LIMIT_EXCEEDED");
    assert.ok(!repository.calls.includes("blob"));
    await signed(alice, repository, "registry.example/app:1");
    assert.equal(await answer(repository), "allow");
  });

  it("verifies a bounded number of signatures, however often manifests list one", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    for (let i = 0; i < 5; i++) {
      const layer = { mediaType: bundleType, bytes: encodeUtf8(`${i}`) };
      await putReferrer(repository, { subject: image, artifactType: bundleType, layer, times: 500 });
    }
    const [verdict] = await verifyAll(repository, "registry.example/app:1");
    assert.equal(verdict?.reason?.code, "LIMIT_EXCEEDED");
    assert.equal(verdict?.findings.length, 1000);
  });

  it("finds a good signature beside a manifest of strangers that lists a thousand", async () => {
    for (const format of ["cosign-legacy", "bundle"]) {
      const repository = memoryRepository();
      const image = await putImage(repository, "good", "1");
      await signed(alice, repository, "registry.example/app:1", format);
      const layer = { mediaType: bundleType, bytes: encodeUtf8("{}") };
      await putReferrer(repository, { subject: image, artifactType: bundleType, layer, times: 1000 });
      assert.equal(await answer(repository), "allow", format);
    }
  });

  it("finds a good .sig beside a thousand referrers of strangers", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1", "cosign-legacy");
    for (let i = 0; i < 1000; i++) await referrer(repository, image, encodeUtf8(`${i}`));
    assert.equal(await answer(repository), "allow");
  });

  it("with 10,000 referrers opens a bounded number, the likely ones first, and finds the good one", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    const [good] = await repository.referrers(image.digest, signal);
    assert.ok(good);
    const junk = Array.from({ length: 9999 }, (_, i): Descriptor => {
      return {
        mediaType: good.mediaType,
        digest: `sha256:${i.toString(16).padStart(64, "0")}`,
        size: 2,
        artifactType: "application/x-junk",
      };
    });
    const crowded: Repository = { ...repository, referrers: async () => [...junk, good] };
    repository.calls.length = 0;
    assert.equal(await answer(crowded), "allow");
    assert.ok(repository.calls.length < 1100, String(repository.calls.length));

    const hidden: Repository = { ...repository, referrers: async () => [...junk, { ...good, artifactType: "application/x-junk" }] };
    assert.equal(await answer(hidden), "undecided LIMIT_EXCEEDED");
  });

  it("says which evidence is no JSON, has a key twice, or 10,000 levels", async () => {
    for (const [text, expected] of [
      ["not JSON", "deny MALFORMED_EVIDENCE"],
      ['{"mediaType":"a","mediaType":"b"}', "deny MALFORMED_EVIDENCE"],
      ["[".repeat(10_000), "undecided LIMIT_EXCEEDED"],
    ] as const) {
      const repository = memoryRepository();
      const image = await putImage(repository, "good", "1");
      await referrer(repository, image, encodeUtf8(text));
      assert.equal(await answer(repository), expected);
    }
  });

  it("accepts no .sig that is an index or both, and does not call the image unsigned", async () => {
    const repository = memoryRepository();
    const { digest } = await putImage(repository, "good", "1");
    const tag = `${digest.replace(":", "-")}.sig`;
    const both = { schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", manifests: [], config: {}, layers: [] };
    const bytes = encodeUtf8(JSON.stringify(both));
    const stored = { descriptor: { mediaType: both.mediaType, digest, size: bytes.length }, bytes };
    const forged: Repository = { ...repository, manifest: async (target, s) => (target === tag ? stored : repository.manifest(target, s)) };
    assert.equal(await answer(forged), "undecided MALFORMED");
  });

  it("decides nothing about an image that is an index as well", async () => {
    const repository = memoryRepository();
    const bytes = encodeUtf8(
      JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", manifests: [], config: {}, layers: [] }),
    );
    const { digest, descriptor } = subjectOf(bytes);
    repository.manifests.set(digest, { descriptor, bytes });
    assert.equal(await answer(repository, `registry.example/app@${digest}`), "undecided MALFORMED");
  });

  it("reports a location that sends other bytes than requested as unread", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    const lying: Repository = { ...repository, blob: () => Promise.reject(new TouchmarkError("DIGEST_MISMATCH", "other bytes")) };
    assert.equal(await answer(lying), "undecided DIGEST_MISMATCH");
  });

  it("ends within the time allowed, with a verdict that says so", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    const timeout = new AbortController();
    const hanging: Repository = {
      ...repository,
      referrers: (_digest, s) => {
        timeout.abort(new TouchmarkError("TIMEOUT", "not done within 1ms"));
        return Promise.reject(s.reason);
      },
    };
    assert.equal(await answer(hanging, undefined, { signal: timeout.signal }), "undecided TIMEOUT");
  });
});
