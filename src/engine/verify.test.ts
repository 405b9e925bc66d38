import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { serverIdentity } from "../../test/fakes/pki/pki.ts";
import { memoryRepository, type MemoryRepository } from "../../test/fakes/memory-repository.ts";
import { keyFormats, person, putImage, putIndex, putReferrer, type Person } from "../../test/fakes/people.ts";
import { loadVector, subjectOf } from "../../test/vectors/load.ts";
import { decodeUtf8, encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Descriptor } from "../core/oci.ts";
import type { Recorder } from "../core/recorder.ts";
import { parseReference } from "../core/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { Verdict } from "../core/verdict.ts";
import { formats } from "../formats/all.ts";
import { signaturePolicy } from "../policy/policy.ts";
import { sign } from "./sign.ts";
import { verify } from "./verify.ts";

const at = Date.UTC(2026, 10, 21);
const { signal } = new AbortController();
const alice = person("alice");
const mallory = person("mallory");
const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
const nobodyListens: Recorder = { record: async () => undefined };

async function signed(by: Person, repository: MemoryRepository, reference: string, format = "bundle"): Promise<void> {
  await sign(repository, parseReference(reference), {
    formats: formats.filter(({ name }) => name === format),
    signer: by.signer,
    annotations: { stage: "production" },
    at,
    recorder: nobodyListens,
    recursive: false,
    force: false,
    signal,
  });
}

interface Asked {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly recursive?: boolean;
  readonly recorder?: Recorder;
  readonly signal?: AbortSignal;
}

async function verifyAll(repository: Repository, reference: string, asked: Asked = {}): Promise<readonly Verdict[]> {
  const policy = signaturePolicy(alice.trust, { annotations: asked.annotations ?? {} });
  return verify(repository, parseReference(reference), {
    formats,
    basis: { policy, trust: alice.trust },
    at,
    recorder: nobodyListens,
    recursive: false,
    signal,
    ...asked,
  });
}

async function answer(repository: Repository, reference = "registry.example/app:1", asked: Asked = {}): Promise<string> {
  const [verdict] = await verifyAll(repository, reference, asked);
  return verdict?.reason ? `${verdict.decision} ${verdict.reason.code}` : (verdict?.decision ?? "none");
}

function referrer(repository: Repository, subject: Descriptor, bytes: Uint8Array, artifactType = bundleType): Promise<Descriptor> {
  return putReferrer(repository, { subject, artifactType, layer: { mediaType: bundleType, bytes } });
}

describe("verify", () => {
  for (const format of ["bundle", "cosign"]) {
    it(`allows what a trusted key signed, in format ${format}, by tag and by digest`, async () => {
      const repository = memoryRepository();
      const { digest } = await putImage(repository, "good", "1");
      await signed(alice, repository, "registry.example/app:1", format);
      assert.equal(await answer(repository), "allow");
      assert.equal(await answer(repository, `registry.example/app@${digest}`), "allow");
    });
  }

  it("says no signature when every place was read, and only then", async () => {
    const repository = memoryRepository();
    await putImage(repository, "unsigned", "1");
    assert.equal(await answer(repository), "deny NO_SIGNATURE");

    const outage = new TouchmarkError("UNREACHABLE", "no route to registry.example");
    const broken: Repository = { ...repository, referrers: () => Promise.reject(outage) };
    const [verdict] = await verifyAll(broken, "registry.example/app:1");
    assert.equal(verdict?.decision, "undecided");
    assert.equal(verdict?.reason?.code, "UNREACHABLE");
    assert.deepEqual(
      verdict?.gaps.map(({ place, code }) => [place, code]),
      [["referrers", "UNREACHABLE"]],
    );

    const noTags: Repository = {
      ...repository,
      manifest: (target, s) => (target.endsWith(".sig") ? Promise.reject(outage) : repository.manifest(target, s)),
    };
    assert.equal(await answer(noTags), "undecided UNREACHABLE");
  });

  it("allows with a good signature even where another place cannot be read", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1", "cosign");
    const broken: Repository = { ...repository, referrers: () => Promise.reject(new TouchmarkError("TIMEOUT", "slow")) };
    assert.equal(await answer(broken), "allow");
  });

  it("says no such image, and unreachable, as verdicts", async () => {
    const repository = memoryRepository();
    assert.equal(await answer(repository, "registry.example/app:gone"), "deny NO_SUCH_IMAGE");
    const down: Repository = { ...repository, manifest: () => Promise.reject(new TouchmarkError("UNREACHABLE", "refused")) };
    assert.equal(await answer(down), "undecided UNREACHABLE");
  });

  it("T36: refuses a stranger's signature, and lets it do no harm beside a good one", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(mallory, repository, "registry.example/app:1");
    const [verdict] = await verifyAll(repository, "registry.example/app:1");
    assert.equal(verdict?.reason?.code, "KEY_MISMATCH");
    assert.match(verdict?.reason?.expected ?? "", new RegExp(alice.publicKey.fingerprint));
    assert.match(verdict?.reason?.found ?? "", new RegExp(`alice.pub.*${mallory.publicKey.fingerprint}`));

    await signed(mallory, repository, "registry.example/app:1", "cosign");
    await signed(alice, repository, "registry.example/app:1", "cosign");
    assert.equal(await answer(repository), "allow");
  });

  it("looks at the union of all places: a stranger's bundle does not hide a good .sig", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(mallory, repository, "registry.example/app:1", "bundle");
    await signed(alice, repository, "registry.example/app:1", "cosign");
    assert.equal(await answer(repository), "allow");
  });

  it("reads a good signature though another manifest is wrong about its size", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    const bytes = [...repository.blobs.values()].find((blob) => decodeUtf8(blob).includes("dsseEnvelope"));
    assert.ok(bytes);
    for (const size of [bytes.length - 1, bytes.length + 1]) {
      await putReferrer(repository, { subject: image, artifactType: bundleType, layer: { mediaType: bundleType, bytes, size } });
    }
    assert.equal(await answer(repository), "allow");
  });

  it("refuses a signature carried over from other content", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    const bundle = [...repository.blobs.values()].find((bytes) => decodeUtf8(bytes).includes("dsseEnvelope"));
    assert.ok(bundle);
    const moved = await putImage(repository, "evil", "1");
    await referrer(repository, moved, bundle);
    assert.equal(await answer(repository), "deny SUBJECT_MISMATCH");
  });

  it("T02, T07: an attestation posing as a signature does not count", async () => {
    const { subject, layer, trust } = loadVector("bundle", "attestation");
    const repository = memoryRepository();
    repository.manifests.set(subject.digest, { descriptor: subject.descriptor, bytes: subject.manifest });
    await referrer(repository, subject.descriptor, layer);
    const options = {
      formats,
      basis: { policy: signaturePolicy(trust, {}), trust },
      at,
      recorder: nobodyListens,
      recursive: false,
      signal,
    };
    const [verdict] = await verify(repository, parseReference(subject.reference), options);
    assert.equal(verdict?.reason?.code, "NO_SIGNATURE");
    assert.match(verdict?.reason?.found ?? "", /1 attestation/);
  });

  it("asks for annotations", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    assert.equal(await answer(repository, undefined, { annotations: { stage: "production" } }), "allow");
    assert.equal(await answer(repository, undefined, { annotations: { stage: "test" } }), "deny ANNOTATION_MISMATCH");
    assert.equal(await answer(repository, undefined, { annotations: { constructor: "x" } }), "deny ANNOTATION_MISMATCH");
  });
});

describe("verify: what cannot be decided here", () => {
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

  it("is undecided with a bundle of an unknown version alone, and refused with a stranger's signature beside it", async () => {
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
    await signed(alice, repository, "registry.example/app:1", "cosign");
    const tag = [...repository.tagged.keys()].find((name) => name.endsWith(".sig")) ?? "";
    const stored = await repository.manifest(tag, signal);
    const manifest = JSON.parse(decodeUtf8(stored?.bytes ?? new Uint8Array()));
    manifest.layers[0].annotations["dev.sigstore.cosign/certificate"] = "-----BEGIN CERTIFICATE-----";
    await repository.putManifest(encodeUtf8(JSON.stringify(manifest)), manifest.mediaType, tag, signal);
    assert.equal(await answer(repository), "deny MALFORMED_EVIDENCE");
  });
});

describe("verify: hostile registries", () => {
  it("T04: does not fetch a signature of 200 MiB", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    const layer = { mediaType: bundleType, bytes: encodeUtf8("{}"), size: 200 * 1024 * 1024 };
    await putReferrer(repository, { subject: image, artifactType: bundleType, layer });
    assert.equal(await answer(repository), "undecided LIMIT_EXCEEDED");
    assert.ok(!repository.calls.includes("blob"));
  });

  it("T04, T24: reads no 30 GB, though a small manifest lists one blob a thousand times", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    const layer = { mediaType: bundleType, bytes: encodeUtf8("{}"), size: 30 * 1024 * 1024 };
    await putReferrer(repository, { subject: image, artifactType: bundleType, layer, times: 1000 });
    assert.equal(await answer(repository), "undecided LIMIT_EXCEEDED");
    assert.ok(!repository.calls.includes("blob"));
    await signed(alice, repository, "registry.example/app:1");
    assert.equal(await answer(repository), "allow");
  });

  it("T08, T24: verifies a bounded number of signatures, however often manifests list one", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "good", "1");
    for (let i = 0; i < 5; i++) {
      const layer = { mediaType: bundleType, bytes: encodeUtf8(`${i}`) };
      await putReferrer(repository, { subject: image, artifactType: bundleType, layer, times: 500 });
    }
    const [verdict] = await verifyAll(repository, "registry.example/app:1");
    assert.equal(verdict?.reason?.code, "LIMIT_EXCEEDED");
    assert.equal(verdict?.requirements[0]?.findings.length, 1000);
  });

  it("T18, T24: with 10,000 referrers opens a bounded number, the likely ones first, and finds the good one", async () => {
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

  it("T33: takes no .sig that is an index or both, and does not call the image unsigned", async () => {
    const repository = memoryRepository();
    const { digest } = await putImage(repository, "good", "1");
    const tag = `${digest.replace(":", "-")}.sig`;
    const both = { schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", manifests: [], config: {}, layers: [] };
    const bytes = encodeUtf8(JSON.stringify(both));
    const stored = { descriptor: { mediaType: both.mediaType, digest, size: bytes.length }, bytes };
    const forged: Repository = { ...repository, manifest: async (target, s) => (target === tag ? stored : repository.manifest(target, s)) };
    assert.equal(await answer(forged), "undecided MALFORMED");
  });

  it("T33: decides nothing about an image that is an index as well", async () => {
    const repository = memoryRepository();
    const bytes = encodeUtf8(
      JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", manifests: [], config: {}, layers: [] }),
    );
    const { digest, descriptor } = subjectOf(bytes);
    repository.manifests.set(digest, { descriptor, bytes });
    assert.equal(await answer(repository, `registry.example/app@${digest}`), "undecided MALFORMED");
  });

  it("T19: a place that sends other bytes than asked for is a gap", async () => {
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

describe("verify: many images, one record", () => {
  it("-r covers every image of an index, each signed itself", async () => {
    const repository = memoryRepository();
    const images = [await putImage(repository, "amd64"), await putImage(repository, "arm64")];
    const index = await putIndex(repository, images, "1");
    const reference = "registry.example/app:1";
    const options = {
      formats: keyFormats,
      signer: alice.signer,
      annotations: {},
      at,
      recorder: nobodyListens,
      recursive: true,
      force: false,
      signal,
    };
    const made = await sign(repository, parseReference(reference), options);
    assert.deepEqual(new Set(made.map(({ digest }) => digest)), new Set([index.digest, ...images.map(({ digest }) => digest)]));
    assert.equal(made.length, 6);

    const verdicts = await verifyAll(repository, reference, { recursive: true });
    assert.deepEqual(
      verdicts.map(({ decision, subject }) => [decision, subject.digest]),
      [index, ...images].map(({ digest }) => ["allow", digest]),
    );
  });

  it("-r refuses where one image of the index is not signed", async () => {
    const repository = memoryRepository();
    const images = [await putImage(repository, "amd64"), await putImage(repository, "arm64")];
    await putIndex(repository, images, "1");
    await signed(alice, repository, "registry.example/app:1");
    await signed(alice, repository, `registry.example/app@${images[0]?.digest}`);
    const verdicts = await verifyAll(repository, "registry.example/app:1", { recursive: true });
    assert.deepEqual(
      verdicts.map(({ decision }) => decision),
      ["allow", "allow", "deny"],
    );
  });

  it("records each verdict", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    const events: unknown[] = [];
    const verdicts = await verifyAll(repository, "registry.example/app:1", {
      recorder: { record: async (event) => void events.push(event) },
    });
    assert.deepEqual(
      events,
      verdicts.map((verdict) => ({ kind: "decided", verdict })),
    );
  });

  it("T23: resolves the tag once", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    const asked: string[] = [];
    const watched: Repository = { ...repository, manifest: (target, s) => (asked.push(target), repository.manifest(target, s)) };
    assert.equal(await answer(watched), "allow");
    assert.equal(asked.filter((target) => target === "1").length, 1);
  });

  it("with a digest, asks for the image and its evidence side by side", async () => {
    const repository = memoryRepository();
    const { digest } = await putImage(repository, "good", "1");
    const { promise: listed, resolve: release } = Promise.withResolvers<void>();
    const ordered: Repository = {
      ...repository,
      manifest: async (target, s) => {
        if (target === digest) await listed;
        return repository.manifest(target, s);
      },
      referrers: (subject, s) => {
        release();
        return repository.referrers(subject, s);
      },
    };
    assert.equal(await answer(ordered, `registry.example/app@${digest}`), "deny NO_SIGNATURE");
  });
});
