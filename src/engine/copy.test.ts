import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { keyFormats, person, putImage, putIndex, putReferrer } from "../../test/fakes/signers.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { mediaTypes } from "../core/oci/manifest.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { anyKeyOf } from "../../test/fakes/expectation.ts";
import { copy, type Copied, type CopyOptions } from "./copy.ts";
import { sign } from "./sign.ts";
import { verify } from "./verify.ts";

const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);
const alice = person("alice");
const bob = person("bob");
const reference = parseReference("registry.example/app:1");
const common = { formats: keyFormats, at, recorder: { record: async () => undefined }, recursive: true, signal };

const copies = (source: Repository, destination: Repository, options: Partial<CopyOptions> = {}): Promise<Copied> =>
  copy(source, reference, destination, { ...common, tag: "1", force: false, signal, ...options });

async function signed(by = alice): Promise<ReturnType<typeof memoryRepository>> {
  const repository = memoryRepository();
  const images = [await putImage(repository, "amd64"), await putImage(repository, "arm64")];
  await putIndex(repository, images, "1");
  await sign(repository, reference, { ...common, signer: by.signer, annotations: {}, force: false });
  return repository;
}

async function decisions(repository: Repository): Promise<readonly string[]> {
  const verdicts = await verify(repository, reference, {
    ...common,
    basis: anyKeyOf(alice.trust),
  });
  return verdicts.map(({ decision }) => decision);
}

describe("copy", () => {
  it("takes an index, its images and all their signatures along", async () => {
    const destination = memoryRepository("mirror.example/app");
    const { images, attachments } = await copies(await signed(), destination);
    assert.deepEqual([images, attachments], [3, 6]);
    assert.deepEqual(await decisions(destination), ["allow", "allow", "allow"]);
  });

  it("copies artifacts that no format reads, and their attachments", async () => {
    const source = memoryRepository();
    const image = await putImage(source, "x", "1");
    const scan = await putReferrer(source, {
      subject: image,
      artifactType: "a/scan",
      layer: { mediaType: "text/plain", bytes: encodeUtf8("clean") },
    });
    const note = await putReferrer(source, {
      subject: scan,
      artifactType: "a/note",
      layer: { mediaType: "text/plain", bytes: encodeUtf8("seen") },
    });
    const destination = memoryRepository();
    await copies(source, destination);
    assert.deepEqual(
      (await destination.referrers(scan.digest, signal)).map(({ digest }) => digest),
      [note.digest],
    );
  });

  it("copies an index attached to an image, with its manifests and their attachments", async () => {
    const source = memoryRepository();
    const image = await putImage(source, "x", "1");
    const part = await putImage(source, "part");
    const layer = { mediaType: "text/plain", bytes: encodeUtf8("seen") };
    const note = await putReferrer(source, { subject: part, artifactType: "a/note", layer });
    const { mediaType, digest, size } = image;
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [part], subject: { mediaType, digest, size } };
    const { digest: whole } = await source.putManifest(encodeUtf8(JSON.stringify(index)), mediaTypes.ociIndex, undefined, signal);
    const destination = memoryRepository();
    const { attachments } = await copies(source, destination);
    assert.equal(attachments, 3);
    for (const there of [whole, part.digest, note.digest]) assert.ok(await destination.manifest(there, signal));
  });

  it("writes the tag last, and is content with what is there", async () => {
    const source = await signed();
    const destination = memoryRepository();
    const failing: Repository = { ...destination, putBlobFrom: () => Promise.reject(new TouchmarkError("UNREACHABLE", "reset")) };
    await assert.rejects(copies(source, failing), { code: "UNREACHABLE" });
    assert.deepEqual([...destination.tagged], []);
    await copies(source, destination);
    await copies(source, destination);
    assert.deepEqual(await decisions(destination), ["allow", "allow", "allow"]);
  });

  it("fails if a location cannot be read, rather than lose a signature", async () => {
    const source = await signed();
    const broken: Repository = { ...source, referrers: () => Promise.reject(new TouchmarkError("TIMEOUT", "slow")) };
    const destination = memoryRepository();
    await assert.rejects(copies(broken, destination), { code: "TIMEOUT" });
    assert.equal(destination.tagged.has("1"), false);
  });

  it("is not stopped by an entry that states a manifest of a terabyte, which is not there", async () => {
    const source = await signed();
    const entry = { mediaType: mediaTypes.ociManifest, digest: digestOf(encodeUtf8("nothing")), size: 2 ** 40 };
    const listing: Repository = { ...source, referrers: async (digest, s) => [...(await source.referrers(digest, s)), entry] };
    const { attachments } = await copies(listing, memoryRepository("mirror.example/app"));
    assert.equal(attachments, 6);
  });

  it("replaces no other signatures under a tag, unless forced", async () => {
    const destination = await signed(bob);
    const source = await signed();
    await assert.rejects(copies(source, destination), { code: "CONFLICT" });
    await copies(source, destination, { force: true });
    assert.deepEqual(await decisions(destination), ["allow", "allow", "allow"]);
  });

  it("leaves an image without a name where none is given", async () => {
    const destination = memoryRepository();
    const { digest } = await copies(await signed(), destination, { tag: undefined });
    assert.equal(destination.tagged.has("1"), false);
    assert.ok(await destination.manifest(digest, signal));
  });

  it("refuses content that is not what its digest says", async () => {
    const source = await signed();
    const tampered: Repository = {
      ...source,
      openBlob: async function* () {
        yield encodeUtf8("something else");
      },
    };
    await assert.rejects(copies(tampered, memoryRepository()), { code: "DIGEST_MISMATCH" });
  });
});
