import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { readsOrRefuses } from "../../../test/reads-or-refuses.ts";
import { encodeUtf8 } from "../bytes.ts";
import { digestOf } from "../digest.ts";
import { artifactTypeOf, blobsOf, descriptorToJson, emptyConfig, mediaTypes, parseManifest } from "./manifest.ts";

const descriptor = { mediaType: "text/plain", digest: digestOf(encodeUtf8("x")), size: 1 };
const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: descriptor, layers: [descriptor] };
const artifactTypeIn = (document: unknown): string | undefined =>
  artifactTypeOf(parseManifest(encodeUtf8(JSON.stringify(document)), mediaTypes.ociManifest));
const parse = (document: unknown, mediaType: string = mediaTypes.ociManifest): unknown =>
  parseManifest(encodeUtf8(JSON.stringify(document)), mediaType);

describe("manifests", () => {
  it("refuses a document that is a manifest and an index at once", () => {
    assert.throws(() => parse({ ...image, manifests: [] }), { code: "MALFORMED" });
    const index = { schemaVersion: 2, manifests: [descriptor] };
    assert.throws(() => parse({ ...index, layers: [descriptor] }, mediaTypes.ociIndex), { code: "MALFORMED" });
    assert.throws(() => parse({ ...index, config: descriptor }, mediaTypes.ociIndex), { code: "MALFORMED" });
    assert.throws(() => parse({ ...image, mediaType: mediaTypes.ociIndex }), { code: "MALFORMED" });
  });

  it("refuses missing members, members of another type, and too many of them", () => {
    for (const change of [
      { schemaVersion: 1 },
      { config: undefined },
      { layers: "none" },
      { layers: [{ ...descriptor, size: -1 }] },
      { layers: [{ ...descriptor, digest: "sha256:../../etc/passwd" }] },
      { annotations: { a: 1 } },
    ]) {
      assert.throws(() => parse({ ...image, ...change }), { code: "MALFORMED" }, JSON.stringify(change));
    }
    assert.throws(() => parse({ ...image, layers: Array.from({ length: 1001 }, () => descriptor) }), { code: "LIMIT_EXCEEDED" });
    assert.throws(() => parse(image, "application/json"), { code: "UNSUPPORTED" });
    assert.throws(() => parse({ ...image, annotations: { long: "x".repeat(5_000_000) } }), { code: "LIMIT_EXCEEDED" });
  });

  it("reads an artifact manifest, whose blobs are its layers", () => {
    const artifact = { mediaType: mediaTypes.ociArtifact, artifactType: "a/b", blobs: [descriptor], subject: descriptor };
    const read = parseManifest(encodeUtf8(JSON.stringify(artifact)), mediaTypes.ociArtifact);
    assert.ok(read.kind === "image");
    assert.equal(read.config, undefined);
    assert.deepEqual(blobsOf(read), read.layers);
    assert.deepEqual([read.layers.length, read.subject?.digest, artifactTypeOf(read)], [1, descriptor.digest, "a/b"]);
    const bare = parseManifest(encodeUtf8(JSON.stringify({ mediaType: mediaTypes.ociArtifact })), mediaTypes.ociArtifact);
    assert.ok(bare.kind === "image" && bare.layers.length === 0 && artifactTypeOf(bare) === undefined);
    for (const change of [{ layers: [] }, { config: descriptor }, { manifests: [] }, { mediaType: undefined }, { blobs: "none" }]) {
      assert.throws(() => parse({ ...artifact, ...change }, mediaTypes.ociArtifact), { code: "MALFORMED" }, JSON.stringify(change));
    }
    assert.throws(() => parse({ ...image, mediaType: mediaTypes.ociArtifact }), { code: "MALFORMED" });
    assert.throws(() => parse({ ...artifact, blobs: Array.from({ length: 1001 }, () => descriptor) }, mediaTypes.ociArtifact), {
      code: "LIMIT_EXCEEDED",
    });
  });

  it("accepts embedded content only if digest and size match", () => {
    const data = Buffer.from("x").toString("base64");
    const good = parseManifest(encodeUtf8(JSON.stringify({ ...image, layers: [{ ...descriptor, data }] })), mediaTypes.ociManifest);
    assert.deepEqual(good.kind === "image" && Buffer.from(good.layers[0]?.data ?? []).toString(), "x");
    assert.throws(() => parse({ ...image, layers: [{ ...descriptor, data: Buffer.from("y").toString("base64") }] }), { code: "MALFORMED" });
    assert.throws(() => parse({ ...image, layers: [{ ...descriptor, size: 2, data }] }), { code: "MALFORMED" });
  });

  it("writes a descriptor as it was read", () => {
    const full = {
      ...descriptor,
      artifactType: "a/b",
      annotations: { k: "v" },
      platform: { os: "linux", architecture: "arm", variant: "v7" },
      data: "eA==",
    };
    const read = parseManifest(encodeUtf8(JSON.stringify({ ...image, layers: [full] })), mediaTypes.ociManifest);
    assert.deepEqual(read.kind === "image" && read.layers[0] && structuredClone(descriptorToJson(read.layers[0])), full);
  });

  it("determines the artifact type in referrers listings", () => {
    assert.equal(artifactTypeIn(image), "text/plain");
    assert.equal(artifactTypeIn({ ...image, artifactType: "a/b" }), "a/b");
  });

  it("recognises the empty config", () => {
    assert.equal(digestOf(emptyConfig.bytes), emptyConfig.descriptor.digest);
    assert.equal(emptyConfig.bytes.length, emptyConfig.descriptor.size);
  });

  it("reads any document or throws a TouchmarkError", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ schemaVersion: fc.constant(2), config: fc.jsonValue(), layers: fc.jsonValue() })),
        (document) => {
          readsOrRefuses(() => parse(document));
        },
      ),
    );
  });
});
