import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import { gather, streamOf } from "../../core/bytes.ts";
import { digestOf, hexOf, type Digest } from "../../core/digest.ts";
import { emptyConfig, mediaTypes, type Descriptor } from "../../core/oci/manifest.ts";
import { LayoutFiles } from "./layout-files.ts";
import type { LayoutStore } from "./layout-store.ts";
import { LayoutRepository } from "./layout-repository.ts";

const signal = new AbortController().signal;
const refName = "org.opencontainers.image.ref.name";

async function folder(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "touchmark-layout-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  return root;
}

function layoutAt(path: string): LayoutRepository {
  return new LayoutRepository(`oci:${path}`, new LayoutFiles(path));
}

function imageOf(word: string, subject?: Descriptor): Buffer {
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: emptyConfig.descriptor,
    layers: [],
    annotations: { word },
  };
  return Buffer.from(JSON.stringify({ ...manifest, ...(subject && { subject }) }));
}

function descriptorOf(bytes: Uint8Array, mediaType: string = mediaTypes.ociManifest): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function indexOf(entries: readonly unknown[], more: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: entries, ...more }));
}

/** A layout as another tool writes it. */
async function layoutWith(t: TestContext, entries: readonly unknown[], blobs: readonly Uint8Array[] = []): Promise<string> {
  const root = await folder(t);
  await mkdir(join(root, "blobs/sha256"), { recursive: true });
  await writeFile(join(root, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(root, "index.json"), indexOf(entries));
  await Promise.all(blobs.map((bytes) => writeFile(pathOf(root, digestOf(bytes)), bytes)));
  return root;
}

function pathOf(root: string, digest: Digest): string {
  return join(root, "blobs/sha256", hexOf(digest));
}

async function tagsOf(repository: LayoutRepository): Promise<readonly string[]> {
  const tags: string[] = [];
  for await (const tag of repository.tags(signal)) tags.push(tag);
  return tags;
}

async function readIndex(root: string): Promise<{ readonly manifests: readonly Descriptor[] }> {
  return JSON.parse(await readFile(join(root, "index.json"), "utf8"));
}

test("content written into a new folder can be read", async (t) => {
  const root = join(await folder(t), "new", "layout");
  const repository = layoutAt(root);
  const image = imageOf("image");
  await repository.putBlob(emptyConfig.bytes, signal);
  assert.deepEqual(await repository.putManifest(image, mediaTypes.ociManifest, "v1", signal), descriptorOf(image));
  assert.deepEqual(await repository.manifest("v1", signal), { descriptor: descriptorOf(image), bytes: image });
  assert.deepEqual(await repository.manifest(digestOf(image), signal), { descriptor: descriptorOf(image), bytes: image });
  assert.deepEqual(await repository.blob(emptyConfig.descriptor, 10, signal), emptyConfig.bytes);
  assert.equal(repository.name, `oci:${root}`);
  assert.equal(await readFile(join(root, "oci-layout"), "utf8"), '{"imageLayoutVersion":"1.0.0"}');
  assert.deepEqual((await readIndex(root)).manifests, [{ ...descriptorOf(image), annotations: { [refName]: "v1" } }]);
  const files = await readdir(root, { recursive: true });
  assert.deepEqual(
    files.filter((name) => name.endsWith(".tmp")),
    [],
    "nothing is left lying about",
  );
});

test("missing content is undefined; an invalid layout is an error", async (t) => {
  const root = await layoutWith(t, []);
  const repository = layoutAt(root);
  assert.equal(await repository.manifest("v1", signal), undefined);
  assert.equal(await repository.manifest(digestOf(Buffer.from("x")), signal), undefined);
  assert.equal(await repository.blob(emptyConfig.descriptor, 10, signal), undefined);
  assert.deepEqual(await repository.referrers(digestOf(Buffer.from("x")), signal), []);
  await rm(join(root, "oci-layout"));
  await assert.rejects(repository.manifest("v1", signal), {
    code: "FILE_NOT_FOUND",
    message: /is not an OCI layout: it has no oci-layout/,
  });
  await assert.rejects(layoutAt(join(root, "absent")).manifest("v1", signal), { code: "FILE_NOT_FOUND" });
  await assert.rejects(layoutAt(join(root, "index.json")).manifest("v1", signal), { code: "FILE_NOT_FOUND" });
});

test("a layout of another version is neither read nor written", async (t) => {
  const root = await layoutWith(t, []);
  await writeFile(join(root, "oci-layout"), '{"imageLayoutVersion":"2.0.0"}');
  await assert.rejects(layoutAt(root).manifest("v1", signal), { code: "UNSUPPORTED" });
  await assert.rejects(layoutAt(root).putBlob(Buffer.from("x"), signal), { code: "UNSUPPORTED" });
});

test("the media type of a manifest that index.json does not list is its own, or that of its shape", async (t) => {
  const said = imageOf("said");
  const child = Buffer.from(JSON.stringify({ schemaVersion: 2, config: emptyConfig.descriptor, layers: [] }));
  const list = indexOf([]);
  const repository = layoutAt(await layoutWith(t, [], [said, child, list]));
  const types = await Promise.all(
    [said, child, list].map(async (bytes) => (await repository.manifest(digestOf(bytes), signal))?.descriptor.mediaType),
  );
  assert.deepEqual(types, [mediaTypes.ociManifest, mediaTypes.ociManifest, mediaTypes.ociIndex]);
});

test("a file that does not match its digest is refused", async (t) => {
  const image = imageOf("image");
  const blob = Buffer.from("0123456789");
  const root = await layoutWith(t, [{ ...descriptorOf(image), annotations: { [refName]: "v1" } }], [image, blob]);
  const repository = layoutAt(root);
  await writeFile(pathOf(root, digestOf(image)), imageOf("another"));
  await assert.rejects(repository.manifest("v1", signal), { code: "DIGEST_MISMATCH" });
  await assert.rejects(repository.manifest(digestOf(image), signal), { code: "DIGEST_MISMATCH" });
  await assert.rejects(repository.referrers(digestOf(blob), signal), { code: "DIGEST_MISMATCH" });
  const descriptor = descriptorOf(blob, "text/plain");
  for (const content of ["012345678", "01234567890", "9876543210"]) {
    await writeFile(pathOf(root, descriptor.digest), content);
    await assert.rejects(repository.blob(descriptor, 100, signal), { code: "DIGEST_MISMATCH" }, content);
  }
});

test("files over the bounds are refused", async (t) => {
  const image = imageOf("image");
  const blob = Buffer.from("0123456789");
  const root = await layoutWith(t, [descriptorOf(image)], [image, blob]);
  const repository = layoutAt(root);
  await assert.rejects(repository.blob(descriptorOf(blob, "text/plain"), 9, signal), { code: "LIMIT_EXCEEDED" });
  await truncate(pathOf(root, digestOf(image)), 5 * 1024 * 1024);
  await assert.rejects(repository.manifest(digestOf(image), signal), { code: "LIMIT_EXCEEDED" });
  await truncate(join(root, "index.json"), 5 * 1024 * 1024);
  await assert.rejects(repository.manifest("v1", signal), { code: "LIMIT_EXCEEDED" });
});

test("a link out of the folder is not followed, for reading or writing", async (t) => {
  const outside = await folder(t);
  const secret = Buffer.from("secret of the host");
  await writeFile(join(outside, "secret"), secret);
  const root = await layoutWith(t, []);
  const repository = layoutAt(root);
  await symlink(join(outside, "secret"), pathOf(root, digestOf(secret)));
  await assert.rejects(repository.blob(descriptorOf(secret, "text/plain"), 100, signal), {
    code: "FILE_NOT_FOUND",
    message: /leads out of the layout folder/,
  });
  await rm(join(root, "blobs"), { recursive: true });
  await symlink(outside, join(root, "blobs"));
  await assert.rejects(repository.putBlob(secret, signal), { code: "FILE_NOT_FOUND", message: /leads out of the layout folder/ });
  assert.deepEqual(await readdir(join(outside)), ["secret"]);
});

test("a layout behind a link, and a blob that is a link within it, are read", async (t) => {
  const blob = Buffer.from("blob");
  const root = await layoutWith(t, []);
  await writeFile(join(root, "elsewhere"), blob);
  await symlink("../../elsewhere", pathOf(root, digestOf(blob)));
  const alias = join(await folder(t), "alias");
  await symlink(root, alias);
  assert.deepEqual(await layoutAt(alias).blob(descriptorOf(blob, "text/plain"), 10, signal), blob);
});

test("a folder at a blob's path is refused", async (t) => {
  const root = await layoutWith(t, []);
  await mkdir(pathOf(root, emptyConfig.descriptor.digest));
  await assert.rejects(layoutAt(root).blob(emptyConfig.descriptor, 10, signal), {
    code: "FILE_NOT_FOUND",
    message: /not a regular file/,
  });
});

test("an invalid tag or digest does not get into a path", async (t) => {
  const repository = layoutAt(await layoutWith(t, []));
  await assert.rejects(repository.manifest("sha256:../../../etc/passwd", signal), { code: "INVALID_REFERENCE" });
  await assert.rejects(repository.putManifest(imageOf("x"), mediaTypes.ociManifest, "../x", signal), { code: "INVALID_REFERENCE" });
});

test("a tag on two manifests is refused", async (t) => {
  const images = [imageOf("a"), imageOf("b")];
  const root = await layoutWith(
    t,
    images.map((image) => ({ ...descriptorOf(image), annotations: { [refName]: "v1" } })),
    images,
  );
  await assert.rejects(layoutAt(root).manifest("v1", signal), { code: "MALFORMED", message: /v1 on several manifests/ });
});

test("a tag moves to another manifest, and the one before stays without it", async (t) => {
  const root = await folder(t);
  const repository = layoutAt(root);
  const [before, after] = [imageOf("before"), imageOf("after")];
  await repository.putManifest(before, mediaTypes.ociManifest, "v1", signal);
  await repository.putManifest(after, mediaTypes.ociManifest, undefined, signal);
  await repository.putManifest(after, mediaTypes.ociManifest, "v1", signal);
  await repository.putManifest(after, mediaTypes.ociManifest, "v1", signal);
  await repository.putManifest(after, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual((await readIndex(root)).manifests, [
    { ...descriptorOf(before), annotations: {} },
    { ...descriptorOf(after), annotations: { [refName]: "v1" } },
  ]);
  assert.deepEqual((await repository.manifest("v1", signal))?.bytes, after);
  assert.deepEqual((await repository.manifest(digestOf(before), signal))?.bytes, before);
});

test("other content of index.json stays as it was, known to us or not", async (t) => {
  const other = imageOf("other");
  const entry = { ...descriptorOf(other), urls: ["x"], future: 1, annotations: { [refName]: "other", a: "b" } };
  const root = await layoutWith(t, [], [other]);
  await writeFile(join(root, "index.json"), indexOf([entry], { annotations: { c: "d" }, future: [1] }));
  const image = imageOf("image");
  await layoutAt(root).putManifest(image, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(await readIndex(root), {
    schemaVersion: 2,
    manifests: [entry, descriptorOf(image)],
    annotations: { c: "d" },
    future: [1],
    mediaType: mediaTypes.ociIndex,
  });
});

test("concurrent writers all get their manifests listed", async (t) => {
  const root = await folder(t);
  const images = Array.from({ length: 5 }, (_, i) => imageOf(`${i}`));
  await Promise.all(images.map((image, i) => layoutAt(root).putManifest(image, mediaTypes.ociManifest, `v${i}`, signal)));
  const tags = (await readIndex(root)).manifests.map(({ annotations }) => annotations?.[refName]);
  assert.deepEqual(tags.toSorted(), ["v0", "v1", "v2", "v3", "v4"]);
});

test("a change of index.json that another process overwrote is repeated", async (t) => {
  const path = await folder(t);
  const [ours, theirs] = [imageOf("ours"), imageOf("theirs")];
  const others = layoutAt(path);
  await others.putManifest(theirs, mediaTypes.ociManifest, "theirs", signal);
  const tags = (): Promise<readonly string[]> => Readable.from(others.tags(signal)).toArray();
  const files = new LayoutFiles(path);
  const overtaken = async (work: (repository: LayoutRepository) => Promise<unknown>): Promise<void> => {
    let isFirst = true;
    const store: LayoutStore = {
      isFilledArchive: async () => false,
      read: (name, maxBytes) => files.read(name, maxBytes),
      open: (name) => files.open(name),
      write: (name, content) => files.write(name, content),
      remove: (name) => files.remove(name),
      async replace(name, before, bytes) {
        const replaced = await files.replace(name, before, bytes);
        if (isFirst && before) await files.write(name, before);
        isFirst = false;
        return replaced;
      },
    };
    await work(new LayoutRepository(`oci:${path}`, store));
  };
  await overtaken((repository) => repository.putManifest(ours, mediaTypes.ociManifest, "ours", signal));
  assert.deepEqual(await tags(), ["theirs", "ours"]);
  await overtaken((repository) => repository.putManifest(ours, mediaTypes.ociManifest, "more", signal));
  await overtaken((repository) => repository.deleteTag("more", signal));
  await overtaken((repository) => repository.deleteManifest(digestOf(theirs), signal));
  assert.deepEqual(await tags(), ["ours"]);
});

test("a manifest with a subject is among its referrers", async (t) => {
  const repository = layoutAt(await folder(t));
  const image = imageOf("image");
  const signature = imageOf("signature", descriptorOf(image));
  await repository.putManifest(image, mediaTypes.ociManifest, "v1", signal);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(await repository.referrers(digestOf(image), signal), [
    { ...descriptorOf(signature), artifactType: mediaTypes.ociEmpty, annotations: { word: "signature" } },
  ]);
  assert.deepEqual(await repository.referrers(digestOf(signature), signal), []);
});

test("referrers of other tools are found: by subject, and under the fallback tag, each once", async (t) => {
  const image = imageOf("image");
  const [bySubject, byTag] = [imageOf("by subject", descriptorOf(image)), imageOf("by tag", descriptorOf(image))];
  const missing = imageOf("not here", descriptorOf(image));
  const layer = Buffer.from("not a manifest");
  const list = indexOf([descriptorOf(byTag), descriptorOf(bySubject)], { mediaType: mediaTypes.ociIndex });
  const entries = [
    descriptorOf(image),
    descriptorOf(bySubject),
    descriptorOf(missing),
    descriptorOf(layer, "application/octet-stream"),
    { ...descriptorOf(list, mediaTypes.ociIndex), annotations: { [refName]: `sha256-${hexOf(digestOf(image))}` } },
  ];
  const repository = layoutAt(await layoutWith(t, entries, [image, bySubject, byTag, layer, list]));
  const found = await repository.referrers(digestOf(image), signal);
  assert.deepEqual(
    found.map(({ digest }) => digest),
    [digestOf(bySubject), digestOf(byTag)],
  );
});

test("an index.json that is an image manifest too is refused", async (t) => {
  const root = await layoutWith(t, []);
  await writeFile(join(root, "index.json"), indexOf([], { layers: [], config: emptyConfig.descriptor }));
  await assert.rejects(layoutAt(root).referrers(emptyConfig.descriptor.digest, signal), { code: "MALFORMED" });
});

test("a failed write leaves index.json unchanged", async (t) => {
  const root = await layoutWith(t, []);
  const before = await readFile(join(root, "index.json"));
  await rm(join(root, "blobs"), { recursive: true });
  await writeFile(join(root, "blobs"), "in the way");
  await assert.rejects(layoutAt(root).putManifest(imageOf("x"), mediaTypes.ociManifest, "v1", signal), {
    code: "FILE_NOT_FOUND",
    message: /cannot be written/,
  });
  assert.deepEqual(await readFile(join(root, "index.json")), before);
  assert.deepEqual((await readdir(dirname(join(root, "index.json")))).toSorted(), ["blobs", "index.json", "oci-layout"]);
});

test("a blob is written and read as a stream; one that fails or does not match leaves no file", async (t) => {
  const root = join(await folder(t), "layout");
  const repository = layoutAt(root);
  const blob = descriptorOf(Buffer.from("0123456789"), "text/plain");
  const other = new Error("the source broke");
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("01234");
    throw other;
  }
  await assert.rejects(repository.putBlobFrom(blob, breaking, signal));
  for (const text of ["012345678", "01234567890", "9876543210"]) {
    await assert.rejects(
      repository.putBlobFrom(blob, () => streamOf(Buffer.from(text)), signal),
      { code: "DIGEST_MISMATCH" },
      text,
    );
  }
  assert.deepEqual(await readdir(join(root, "blobs/sha256")), []);
  await assert.rejects(gather(repository.openBlob(blob, signal)), { code: "NO_SUCH_IMAGE" });
  await repository.putBlobFrom(blob, () => streamOf(Buffer.from("0123456789")), signal);
  await repository.putBlobFrom(blob, breaking, signal); // the blob exists, so its source is not opened
  assert.equal(Buffer.from(await gather(repository.openBlob(blob, signal))).toString(), "0123456789");
  await writeFile(pathOf(root, blob.digest), "9876543210");
  await assert.rejects(gather(repository.openBlob(blob, signal)), { code: "DIGEST_MISMATCH" });
  await repository.putBlobFrom(blob, () => streamOf(Buffer.from("0123456789")), signal);
  assert.equal(Buffer.from(await gather(repository.openBlob(blob, signal))).toString(), "0123456789");
});

test("tags are listed; a tag is deleted without its manifest, a manifest with its tags and its listing among referrers", async (t) => {
  const root = await folder(t);
  const repository = layoutAt(root);
  const image = imageOf("image");
  const signature = imageOf("signature", descriptorOf(image));
  for (const tag of ["v1", "v2", undefined]) await repository.putManifest(image, mediaTypes.ociManifest, tag, signal);
  await repository.putManifest(signature, mediaTypes.ociManifest, "s", signal);
  assert.deepEqual(await tagsOf(repository), ["v1", "v2", "s"]);
  await repository.deleteTag("v1", signal);
  await repository.deleteTag("v1", signal);
  assert.deepEqual(await tagsOf(repository), ["v2", "s"]);
  assert.equal(await repository.manifest("v1", signal), undefined);
  assert.deepEqual((await repository.manifest(digestOf(image), signal))?.bytes, image);
  await repository.deleteManifest(digestOf(signature), signal);
  await repository.deleteManifest(digestOf(signature), signal);
  assert.deepEqual(await repository.referrers(digestOf(image), signal), []);
  assert.equal(await repository.manifest(digestOf(signature), signal), undefined);
  assert.deepEqual(await tagsOf(repository), ["v2"]);
});

test("an aborted signal stops every method", async (t) => {
  const repository = layoutAt(await layoutWith(t, []));
  const aborted = AbortSignal.abort();
  const blob = emptyConfig.descriptor;
  await assert.rejects(repository.manifest("v1", aborted), { code: "INTERRUPTED" });
  await assert.rejects(repository.blob(blob, 10, aborted), { code: "INTERRUPTED" });
  await assert.rejects(repository.referrers(blob.digest, aborted), { code: "INTERRUPTED" });
  await assert.rejects(repository.putBlob(emptyConfig.bytes, aborted), { code: "INTERRUPTED" });
  await assert.rejects(gather(repository.openBlob(blob, aborted)), { code: "INTERRUPTED" });
  await assert.rejects(
    repository.putBlobFrom(blob, () => streamOf(emptyConfig.bytes), aborted),
    { code: "INTERRUPTED" },
  );
  await assert.rejects(repository.deleteManifest(blob.digest, aborted), { code: "INTERRUPTED" });
  await assert.rejects(repository.deleteTag("v1", aborted), { code: "INTERRUPTED" });
  await assert.rejects(repository.putManifest(imageOf("x"), mediaTypes.ociManifest, "v1", aborted), { code: "INTERRUPTED" });
});
