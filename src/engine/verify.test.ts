/** The verdicts of `verify` for one image and for many. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { keyFormats, putImage, putIndex, putReferrer } from "../../test/fakes/signers.ts";
import { loadVector } from "../../test/vectors/load.ts";
import { decodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { sign } from "./sign.ts";
import { at, signal, alice, mallory, bundleType, nobodyListens, signed, verifyAll, answer, referrer } from "./verify-fixture.test.ts";

describe("verify", () => {
  for (const format of ["bundle", "cosign-legacy"]) {
    it(`allows what a trusted key signed, in format ${format}, by tag and by digest`, async () => {
      const repository = memoryRepository();
      const { digest } = await putImage(repository, "good", "1");
      await signed(alice, repository, "registry.example/app:1", format);
      assert.equal(await answer(repository), "allow");
      assert.equal(await answer(repository, `registry.example/app@${digest}`), "allow");
    });
  }

  it("reports no signature if every location was read, and only then", async () => {
    const repository = memoryRepository();
    await putImage(repository, "unsigned", "1");
    assert.equal(await answer(repository), "deny NO_SIGNATURE");

    const outage = new TouchmarkError("UNREACHABLE", "no route to registry.example");
    const broken: Repository = { ...repository, referrers: () => Promise.reject(outage) };
    const [verdict] = await verifyAll(broken, "registry.example/app:1");
    assert.equal(verdict?.decision, "undecided");
    assert.equal(verdict?.reason?.code, "UNREACHABLE");
    assert.deepEqual(
      verdict?.unread.map(({ location, code }) => [location, code]),
      [["referrers", "UNREACHABLE"]],
    );

    const noTags: Repository = {
      ...repository,
      manifest: (target, s) => (target.endsWith(".sig") ? Promise.reject(outage) : repository.manifest(target, s)),
    };
    assert.equal(await answer(noTags), "undecided UNREACHABLE");
  });

  it("allows with a good signature even where another location cannot be read", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1", "cosign-legacy");
    const broken: Repository = { ...repository, referrers: () => Promise.reject(new TouchmarkError("TIMEOUT", "slow")) };
    assert.equal(await answer(broken), "allow");
  });

  it("says no such image, and unreachable, as verdicts", async () => {
    const repository = memoryRepository();
    assert.equal(await answer(repository, "registry.example/app:gone"), "deny NO_SUCH_IMAGE");
    const down: Repository = { ...repository, manifest: () => Promise.reject(new TouchmarkError("UNREACHABLE", "refused")) };
    assert.equal(await answer(down), "undecided UNREACHABLE");
  });

  it("refuses an untrusted signature, and ignores it beside a good one", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(mallory, repository, "registry.example/app:1");
    const [verdict] = await verifyAll(repository, "registry.example/app:1");
    assert.equal(verdict?.reason?.code, "KEY_MISMATCH");
    assert.match(verdict?.reason?.expected ?? "", new RegExp(alice.publicKey.fingerprint));
    assert.match(verdict?.reason?.found ?? "", new RegExp(`alice.pub.*${mallory.publicKey.fingerprint}`));

    await signed(mallory, repository, "registry.example/app:1", "cosign-legacy");
    await signed(alice, repository, "registry.example/app:1", "cosign-legacy");
    assert.equal(await answer(repository), "allow");
  });

  it("reads all locations: an untrusted bundle does not hide a good .sig", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(mallory, repository, "registry.example/app:1", "bundle");
    await signed(alice, repository, "registry.example/app:1", "cosign-legacy");
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

  it("does not count an attestation that is labelled as a signature", async () => {
    const { subject, layer, trust } = loadVector("bundle", "attestation");
    const repository = memoryRepository();
    repository.manifests.set(subject.digest, { descriptor: subject.descriptor, bytes: subject.manifest });
    await referrer(repository, subject.descriptor, layer);
    const [verdict] = await verifyAll(repository, subject.reference, { trust });
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

  it("T52: -r asks for no signature of what BuildKit attests in an index, and for those of all else", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "amd64");
    const other = await putImage(repository, "an attestation");
    const annotations = { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image.digest };
    const platform = { os: "unknown", architecture: "unknown" };
    for (const [listed, expected] of [
      [{ ...other, annotations, platform }, ["allow", "allow"]],
      [{ ...other, annotations, platform: { os: "linux", architecture: "amd64" } }, ["allow", "allow", "deny"]],
      [{ ...other, annotations }, ["allow", "allow", "deny"]],
      [{ ...other, platform }, ["allow", "allow", "deny"]],
    ] as const) {
      await putIndex(repository, [image, listed], "1");
      await signed(alice, repository, "registry.example/app:1");
      await signed(alice, repository, `registry.example/app@${image.digest}`);
      const verdicts = await verifyAll(repository, "registry.example/app:1", { recursive: true });
      assert.deepEqual(
        verdicts.map(({ decision }) => decision),
        expected,
      );
    }
  });

  it("records each verdict", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    const events: unknown[] = [];
    const verdicts = await verifyAll(repository, "registry.example/app:1", {
      recorder: { record: async ({ durationMs, ...event }) => void (durationMs !== undefined && events.push(event)) },
    });
    assert.deepEqual(
      events,
      verdicts.map((verdict) => ({ kind: "decided", at, verdict })),
    );
  });

  it("resolves the tag once", async () => {
    const repository = memoryRepository();
    await putImage(repository, "good", "1");
    await signed(alice, repository, "registry.example/app:1");
    const asked: string[] = [];
    const watched: Repository = { ...repository, manifest: (target, s) => (asked.push(target), repository.manifest(target, s)) };
    assert.equal(await answer(watched), "allow");
    assert.equal(asked.filter((target) => target === "1").length, 1);
  });

  it("with a digest, requests the image and its evidence at the same time", async () => {
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
