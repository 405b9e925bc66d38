/**
 * The contract of every Repository implementation: the same tests for each. `open` returns a new empty repository, which ends with the
 * test.
 */
import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { gather, streamOf } from "../../src/core/bytes.ts";
import { digestOf, type Digest } from "../../src/core/digest.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../../src/core/oci/manifest.ts";
import type { Repository } from "../../src/core/repository.ts";
import { putImage, putIndex, putReferrer } from "../fakes/signers.ts";
import { testRandom } from "../fakes/random.ts";

export type OpenRepository = (t: TestContext) => Repository | Promise<Repository>;

const signal = new AbortController().signal;
const nowhere = digestOf(Buffer.from("nowhere"));
const writers = 8;

/** Registers the tests; the caller names the repository in an enclosing `describe`. */
export function repositoryContract(open: OpenRepository): void {
  for (const [kind, make] of Object.entries(documents)) {
    void it(`keeps ${kind} as it was written, under its digest and its tag`, async (t) => {
      const repository = await open(t);
      const { bytes, mediaType } = await make(repository);
      const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
      assert.deepEqual(await repository.putManifest(bytes, mediaType, "v1.0_a-b", signal), descriptor);
      for (const target of ["v1.0_a-b", descriptor.digest]) {
        const stored = await repository.manifest(target, signal);
        assert.deepEqual(stored?.descriptor, descriptor);
        assert.deepEqual(Buffer.from(stored.bytes), bytes);
      }
    });
  }

  void it("says of what is not there that it is not", async (t) => {
    const repository = await open(t);
    await putImage(repository, "x", "1");
    assert.equal(await repository.manifest("2", signal), undefined);
    assert.equal(await repository.manifest(nowhere, signal), undefined);
    assert.equal(await repository.blob({ mediaType: "text/plain", digest: nowhere, size: 7 }, 7, signal), undefined);
    assert.deepEqual(await repository.referrers(nowhere, signal), []);
  });

  void it("moves a tag, and keeps what it named before", async (t) => {
    const repository = await open(t);
    const before = await putImage(repository, "before", "1");
    const after = await putImage(repository, "after", "1");
    assert.deepEqual((await repository.manifest("1", signal))?.descriptor, after);
    assert.deepEqual((await repository.manifest(before.digest, signal))?.descriptor, before);
  });

  void it("opens the images of an index", async (t) => {
    const repository = await open(t);
    const images = [await putImage(repository, "amd64"), await putImage(repository, "arm64")];
    await putIndex(repository, images, "1");
    for (const image of images) assert.deepEqual((await repository.manifest(image.digest, signal))?.descriptor, image);
  });

  for (const size of [1, 3 * 1024 * 1024 + 1]) {
    void it(`keeps a blob of ${size} bytes, put there once or by several at the same time`, async (t) => {
      const repository = await open(t);
      await putImage(repository, "x");
      const bytes = testRandom.bytes(size);
      await Promise.all(Array.from({ length: 3 }, () => repository.putBlob(bytes, signal)));
      await repository.putBlob(bytes, signal);
      const found = await repository.blob({ mediaType: "text/plain", digest: digestOf(bytes), size }, size, signal);
      assert.ok(found && bytes.equals(found));
    });
  }

  void it("takes and gives a blob as a stream, and refuses one that is not what it should be", async (t) => {
    const repository = await open(t);
    await putImage(repository, "x");
    const bytes = testRandom.bytes(300_000);
    const descriptor = { mediaType: "text/plain", digest: digestOf(bytes), size: bytes.length };
    for (const wrong of [bytes.subarray(1), testRandom.bytes(bytes.length), Buffer.concat([bytes, bytes])]) {
      await assert.rejects(
        repository.putBlobFrom(descriptor, () => streamOf(wrong), signal),
        { code: "DIGEST_MISMATCH" },
      );
    }
    await assert.rejects(gather(repository.openBlob(descriptor, signal)), { code: "NO_SUCH_IMAGE" });
    const halves = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 100_000);
      yield bytes.subarray(100_000);
    };
    await repository.putBlobFrom(descriptor, halves, signal);
    await repository.putBlobFrom(descriptor, halves, signal);
    assert.ok(bytes.equals(await gather(repository.openBlob(descriptor, signal))));
  });

  void it("lists the tags", async (t) => {
    const repository = await open(t);
    await putImage(repository, "x", "one");
    await putImage(repository, "y", "two");
    await putImage(repository, "x", "three");
    const tags: string[] = [];
    for await (const tag of repository.tags(signal)) tags.push(tag);
    assert.deepEqual(tags.toSorted(), ["one", "three", "two"]);
  });

  void it("refuses a blob over the bounds, and one of another size than it should have", async (t) => {
    const repository = await open(t);
    const bytes = Buffer.from("0123456789");
    const descriptor = { mediaType: "text/plain", digest: digestOf(bytes) };
    await repository.putBlob(bytes, signal);
    await assert.rejects(repository.blob({ ...descriptor, size: 10 }, 9, signal), { code: "LIMIT_EXCEEDED" });
    for (const size of [9, 11]) {
      await assert.rejects(repository.blob({ ...descriptor, size }, 100, signal), { code: "DIGEST_MISMATCH" });
    }
  });

  void it("lists what refers to an image, with its type, and to no other image", async (t) => {
    const repository = await open(t);
    const [image, other] = [await putImage(repository, "x", "1"), await putImage(repository, "y")];
    assert.deepEqual(await repository.referrers(image.digest, signal), []);
    const types = ["application/x-one", "application/x-two", "application/x-three"];
    const put: Descriptor[] = [];
    for (const artifactType of types) put.push(await refer(repository, image, artifactType));
    await refer(repository, other, "application/x-other");
    assert.deepEqual(await listed(repository, image), digests(put));
    const found = await repository.referrers(image.digest, signal);
    assert.deepEqual(new Set(found.map(({ artifactType }) => artifactType)), new Set(types));
    for (const { digest, size, mediaType } of found) {
      assert.deepEqual((await repository.manifest(digest, signal))?.descriptor, { digest, size, mediaType });
    }
  });

  void it("lists once what is put twice", async (t) => {
    const repository = await open(t);
    const image = await putImage(repository, "x");
    const put = [await refer(repository, image, "a/b"), await refer(repository, image, "a/b")];
    assert.deepEqual(await listed(repository, image), digests(put.slice(1)));
  });

  void it("lists what was there before its subject", async (t) => {
    const [repository, elsewhere] = [await open(t), await open(t)];
    const image = await putImage(elsewhere, "x");
    const put = await refer(repository, image, "a/b");
    assert.deepEqual(await listed(repository, image), [put.digest]);
    assert.deepEqual(await putImage(repository, "x"), image);
    assert.deepEqual(await listed(repository, image), [put.digest]);
  });

  void it("lists an index that refers to an image, and what refers to an index", async (t) => {
    const repository = await open(t);
    const image = await putImage(repository, "x");
    const index = await repository.putManifest(
      text({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, artifactType: "a/index", manifests: [], subject: image }),
      mediaTypes.ociIndex,
      undefined,
      signal,
    );
    const put = await refer(repository, index, "a/b");
    assert.deepEqual(await listed(repository, image), [index.digest]);
    assert.deepEqual(await listed(repository, index), [put.digest]);
  });

  void it(`lists what ${writers} put at the same time, all of it`, async (t) => {
    const repository = await open(t);
    const image = await putImage(repository, "x");
    const put = await Promise.all(Array.from({ length: writers }, (_, i) => refer(repository, image, `application/x-${i}`)));
    assert.deepEqual(await listed(repository, image), digests(put));
  });

  void it("does nothing for a caller who has gone", async (t) => {
    const repository = await open(t);
    const image = await putImage(repository, "x", "1");
    const gone = AbortSignal.abort();
    await assert.rejects(repository.manifest("1", gone));
    await assert.rejects(repository.blob({ mediaType: "text/plain", digest: digestOf(Buffer.from("x")), size: 1 }, 1, gone));
    await assert.rejects(repository.referrers(image.digest, gone));
  });
}

interface Document {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

type MakeDocument = (repository: Repository) => Promise<Document>;

const ociImage: MakeDocument = (repository) => imageOf(repository, mediaTypes.ociManifest, mediaTypes.ociConfig, mediaTypes.ociLayer);
const dockerImage: MakeDocument = (repository) =>
  imageOf(
    repository,
    mediaTypes.dockerManifest,
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
  );

/** Each with spaces and an unknown member, which a repository must preserve. */
const documents: Readonly<Record<string, MakeDocument>> = {
  "an OCI manifest": ociImage,
  "a Docker manifest": dockerImage,
  "an OCI index": async (repository) => indexOf(mediaTypes.ociIndex, await store(repository, ociImage)),
  "a Docker manifest list": async (repository) => indexOf(mediaTypes.dockerIndex, await store(repository, dockerImage)),
};

async function store(repository: Repository, make: MakeDocument): Promise<Descriptor> {
  const { bytes, mediaType } = await make(repository);
  return repository.putManifest(bytes, mediaType, undefined, signal);
}

async function imageOf(repository: Repository, mediaType: string, configType: string, layerType: string): Promise<Document> {
  const layer = Buffer.from("layer");
  await repository.putBlob(emptyConfig.bytes, signal);
  await repository.putBlob(layer, signal);
  const config = { ...emptyConfig.descriptor, mediaType: configType };
  const layers = [{ mediaType: layerType, digest: digestOf(layer), size: layer.length }];
  return { bytes: text({ schemaVersion: 2, mediaType, config, layers, "x-extra": "kept" }), mediaType };
}

function indexOf(mediaType: string, image: Descriptor): Document {
  const manifests = [{ ...image, platform: { os: "linux", architecture: "amd64" } }];
  return { bytes: text({ schemaVersion: 2, mediaType, manifests, "x-extra": "kept" }), mediaType };
}

function text(document: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(`${JSON.stringify(document, undefined, 3)}\n `);
}

function refer(repository: Repository, subject: Descriptor, artifactType: string): Promise<Descriptor> {
  return putReferrer(repository, { subject, artifactType, layer: { mediaType: "text/plain", bytes: Buffer.from(artifactType) } });
}

async function listed(repository: Repository, { digest }: Descriptor): Promise<readonly Digest[]> {
  return digests(await repository.referrers(digest, signal));
}

function digests(descriptors: readonly Descriptor[]): readonly Digest[] {
  return descriptors.map(({ digest }) => digest).toSorted();
}
