/** Evidence that cannot be decided, and hostile registries. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { memoryRepository, type MemoryRepository } from "../../test/fakes/memory-repository.ts";
import { putImage, putIndex, putReferrer } from "../../test/fakes/signers.ts";
import { serverIdentity } from "../../test/fakes/pki/pki.ts";
import { loadVector, subjectOf } from "../../test/vectors/load.ts";
import { decodeUtf8, encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { digestOf } from "../core/digest.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../core/oci/manifest.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { formats } from "../formats/all.ts";
import { tree } from "./tree.ts";
import { at, signal, alice, mallory, bundleType, signed, verifyAll, answer, referrer } from "./verify-fixture.test.ts";

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

  it("asks once for a blob that a small manifest lists a thousand times, and that is not as stated", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    const layer = { mediaType: bundleType, bytes: encodeUtf8("{}"), size: 30 * 1024 * 1024 };
    await putReferrer(repository, { subject: image, artifactType: bundleType, layer, times: 1000 });
    repository.calls.length = 0;
    assert.equal(await answer(repository), "undecided DIGEST_MISMATCH");
    assert.equal(repository.calls.filter((call) => call === "blob").length, 1);
    await signed(alice, repository, "registry.example/app:1");
    assert.equal(await answer(repository), "allow");
  });

  it("finds a good signature of 1 MiB beside a manifest that states eight smaller blobs which are not there", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    const limits = { evidenceBytes: 2 * mebibyte };
    await signed(alice, repository, "registry.example/app:1", "bundle", { padding: "x".repeat(mebibyte) });
    await putStated(
      repository,
      image,
      Array.from({ length: 8 }, (_, i) => ({ text: `${i}`, size: 300_000 })),
    );
    assert.equal(await answer(repository, undefined, { limits }), "allow");
  });

  it("gives no manifest more than its share, and counts what was read", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    const limits = { evidenceBytes: 4 * mebibyte };
    await signed(alice, repository, "registry.example/app:1", "bundle", { padding: "x".repeat(mebibyte) });
    const junk = Array.from({ length: 8 }, (_, i) => ({ text: `${i}`.padEnd(900_000) }));
    await putStated(repository, image, junk);
    repository.calls.length = 0;
    assert.equal(await answer(repository, undefined, { limits }), "allow");
    assert.equal(repository.calls.filter((call) => call === "blob").length, 2, "one of eight, and the good one");
  });

  it("verifies a bounded number of signatures, however many manifests list", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    for (let i = 0; i < 5; i++)
      await putStated(
        repository,
        image,
        Array.from({ length: 500 }, (_, k) => ({ text: `${i}.${k}` })),
      );
    const [verdict] = await verifyAll(repository, "registry.example/app:1");
    assert.equal(verdict?.reason?.code, "LIMIT_EXCEEDED");
    assert.equal(verdict?.findings.length, 1000);
  });

  it("finds a good .sig of several signatures beside a thousand referrers of one each", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    await signed(mallory, repository, "registry.example/app:1", "cosign-legacy");
    await signed(alice, repository, "registry.example/app:1", "cosign-legacy");
    for (let i = 0; i < 1000; i++) await referrer(repository, image, encodeUtf8(`${i}`));
    assert.equal(await answer(repository), "allow");
  });

  it("opens no manifest of a type that no format owns while a good signature is found, and all before it refuses", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    for (let i = 0; i < 20; i++) {
      const layer = { mediaType: "text/plain", bytes: encodeUtf8(`${i}`) };
      await putReferrer(repository, { subject: image, artifactType: "application/x-scan", layer });
    }
    repository.calls.length = 0;
    assert.equal(await answer(repository), "deny NO_SIGNATURE");
    assert.equal(repository.calls.filter((call) => call === "manifest").length, 22);
    await signed(alice, repository, "registry.example/app:1");
    repository.calls.length = 0;
    assert.equal(await answer(repository), "allow");
    assert.equal(repository.calls.filter((call) => call === "manifest").length, 3, "the image, the tag .sig and the signature");
  });

  for (const [artifactType, large] of [
    [bundleType, "one non-Latin character in 4 MiB"],
    ["application/x-scan", "one non-Latin character in 4 MiB"],
    [bundleType, "280,000 tiny annotations"],
  ] as const) {
    it(`reads a bounded part of 600 referrers with ${large}, as ${artifactType}, beside a good signature`, async () => {
      const repository = memoryRepository();
      const image = await putImage(repository, "good", "1");
      await signed(alice, repository, "registry.example/app:1");
      const budget = 32 * mebibyte;
      const crowd = crowdOf(repository, image, artifactType, large.startsWith("one") ? wide : tiny);
      assert.equal(await answer(crowd.repository), "allow");
      assert.ok(crowd.read() <= 1 * budget, `${crowd.read()} bytes of manifests`);
      // Nobody who is refused waits longer, and "no signature" is not said.
      assert.equal(await answer(crowd.repository, undefined, { trust: mallory.trust }), "undecided LIMIT_EXCEEDED");
      assert.ok(crowd.read() <= 3 * budget, `${crowd.read()} bytes of manifests`);
      const { attached, unread } = await tree(crowd.repository, parseReference("registry.example/app:1"), { formats, at, signal });
      assert.equal(attached.length, 601, "each is shown, as listed");
      assert.equal(attached.flatMap(({ evidence }) => evidence).length, 1);
      assert.ok(unread.some(({ code }) => code === "LIMIT_EXCEEDED"));
      assert.ok(crowd.read() <= 4 * budget, `${crowd.read()} bytes of manifests`);
    });
  }

  it("finds a good signature beside a hundred manifests of 4 MiB that are listed as if they had two bytes", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    const crowd = crowdOf(repository, image, bundleType, wide);
    const lying: Repository = {
      ...crowd.repository,
      referrers: async (target, s) => {
        const listed = await crowd.repository.referrers(target, s);
        const good = listed.at(-1);
        return listed.slice(-101).map((entry) => (entry.size > mebibyte ? { ...good, ...entry, size: 2 } : entry));
      },
    };
    assert.equal(await answer(lying), "allow");
    assert.equal(await answer(lying, undefined, { trust: mallory.trust }), "undecided LIMIT_EXCEEDED");
  });

  it("finds a good signature of 3 KiB beside 999 smaller manifests of as many values as fit", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    const [good] = await repository.referrers(image.digest, signal);
    assert.ok(good);
    const stored = await repository.manifest(good.digest, signal);
    const padded = { ...JSON.parse(decodeUtf8(stored?.bytes ?? new Uint8Array())), padding: "x".repeat(2000) };
    repository.manifests.delete(good.digest);
    await repository.putManifest(encodeUtf8(JSON.stringify(padded)), mediaTypes.ociManifest, undefined, signal);
    for (let i = 0; i < 999; i++) {
      const { mediaType, digest, size } = image;
      const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, artifactType: bundleType, config: emptyConfig.descriptor };
      // The last ones, which are a little larger, take what those before them leave.
      const x = i < 700 ? Array.from({ length: 700 }, () => 0) : "x".repeat(1450);
      const filled = { ...manifest, layers: [], annotations: padded.annotations, subject: { mediaType, digest, size }, i, x };
      await repository.putManifest(encodeUtf8(JSON.stringify(filled)), mediaTypes.ociManifest, undefined, signal);
    }
    assert.equal(await answer(repository), "allow");
  });

  it("reads a good signature that is listed with too small a size, after the others", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    await signed(mallory, repository, "registry.example/app:1");
    const listed = await repository.referrers(image.digest, signal);
    assert.equal(await answer({ ...repository, referrers: async () => listed.map((entry) => ({ ...entry, size: 10 })) }), "allow");
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

  it("-r decides nothing about an image whose size or media type is not what the index states", async () => {
    const image = await putImage(memoryRepository(), "good");
    for (const [change, expected] of [
      [{}, "deny NO_SIGNATURE"],
      [{ size: 1 }, "undecided MALFORMED"],
      [{ mediaType: mediaTypes.dockerManifest }, "undecided MALFORMED"],
    ] as const) {
      const repository = memoryRepository();
      await putImage(repository, "good");
      await putIndex(repository, [{ ...image, ...change }], "1");
      assert.equal(await answer(repository, undefined, { recursive: true }), expected);
    }
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

const mebibyte = 1024 * 1024;

/** Attaches a manifest that states these blobs; a blob is of the stated size unless another is given. */
async function putStated(
  repository: MemoryRepository,
  { mediaType, digest, size }: Descriptor,
  blobs: readonly { readonly text: string; readonly size?: number }[],
): Promise<void> {
  const { descriptor: config, bytes } = emptyConfig;
  await repository.putBlob(bytes, signal);
  const layers = blobs.map(({ text, size: stated = text.length }) => {
    repository.blobs.set(digestOf(encodeUtf8(text)), encodeUtf8(text));
    return { mediaType: bundleType, digest: digestOf(encodeUtf8(text)), size: stated };
  });
  const subject = { mediaType, digest, size };
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, artifactType: bundleType, config, layers, subject };
  await repository.putManifest(encodeUtf8(JSON.stringify(manifest)), mediaTypes.ociManifest, undefined, signal);
}

const wide = { a: `\u0436${"x".repeat(4 * mebibyte - 1000)}` };
const tiny = Object.fromEntries(Array.from({ length: 280_000 }, (_, i) => [i.toString(36), ""]));

/** 600 referrers of these annotations, which are made when they are read. */
function crowdOf(
  repository: MemoryRepository,
  { mediaType, digest, size }: Descriptor,
  artifactType: string,
  annotations: Record<string, string>,
): { readonly repository: Repository; readonly read: () => number } {
  const subject = { mediaType, digest, size };
  const { descriptor: config } = emptyConfig;
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, artifactType, config, layers: [], subject, annotations };
  const bytes = encodeUtf8(JSON.stringify(manifest));
  const entries = Array.from({ length: 600 }, (_, i): Descriptor => {
    return { mediaType: mediaTypes.ociManifest, digest: digestOf(encodeUtf8(`${i}`)), size: bytes.length, artifactType };
  });
  const byDigest = new Map<string, Descriptor>(entries.map((entry) => [entry.digest, entry]));
  let read = 0;
  return {
    read: () => read,
    repository: {
      ...repository,
      referrers: async (target, s) => [...(target === digest ? entries : []), ...(await repository.referrers(target, s))],
      async manifest(target, s) {
        const entry = byDigest.get(target);
        if (!entry) return repository.manifest(target, s);
        read += bytes.length;
        return { descriptor: entry, bytes };
      },
    },
  };
}
