import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { keyFormats, person, putImage, putReferrer } from "../../test/fakes/signers.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import { sign } from "./sign.ts";
import { tree, type TreeNode } from "./tree.ts";

const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);
const reference = parseReference("registry.example/app:1");
const options = { formats: keyFormats, at, signal };

describe("tree", () => {
  it("shows everything attached to the image, of every format and of none, and its attachments", async () => {
    const repository = memoryRepository();
    const image = await putImage(repository, "x", "1");
    const alice = person("alice");
    await sign(repository, reference, {
      ...options,
      signer: alice.signer,
      annotations: {},
      recorder: { record: async () => undefined },
      recursive: false,
      force: false,
    });
    const scan = await putReferrer(repository, {
      subject: image,
      artifactType: "application/x-scan",
      layer: { mediaType: "text/plain", bytes: encodeUtf8("clean") },
    });
    await putReferrer(repository, {
      subject: scan,
      artifactType: "application/x-note",
      layer: { mediaType: "text/plain", bytes: encodeUtf8("a note") },
    });
    await putImage(repository, "bill of materials", `${image.digest.replace(":", "-")}.sbom`);

    const { attached, unread } = await tree(repository, reference, options);
    assert.deepEqual(unread, []);
    const summary = attached.map(({ artifactType, evidence }) => [
      artifactType,
      evidence.map(({ format, claim }) => `${format} ${claim?.kind}`),
    ]);
    assert.deepEqual(summary.toSorted(), [
      ["application/vnd.dev.sigstore.bundle.v0.3+json", ["bundle signature"]],
      ["application/vnd.oci.image.config.v1+json", []],
      ["application/vnd.oci.image.config.v1+json", ["cosign-legacy signature"]],
      ["application/x-scan", []],
    ]);
    const [note] = attached.find(({ digest }) => digest === scan.digest)?.attached ?? [];
    assert.equal(note?.artifactType, "application/x-note");
    const hint = attached.flatMap(({ evidence }) => evidence).find(({ format }) => format === "bundle")?.hint;
    assert.equal(hint, `sha256:${alice.publicKey.fingerprint}`);
  });

  it("ends in a loop of referrers", async () => {
    const repository = memoryRepository();
    const a = await putImage(repository, "a", "1");
    const b = await putImage(repository, "b");
    const looped: Repository = { ...repository, referrers: async (digest) => (digest === a.digest ? [b] : [a, b]) };
    const { attached } = await tree(looped, reference, options);
    assert.deepEqual(
      attached.map(({ digest }) => digest),
      [b.digest],
    );
    assert.deepEqual(attached[0]?.attached, []);
  });

  it("is bounded in depth, and says so", async () => {
    const repository = memoryRepository();
    let subject = await putImage(repository, "a", "1");
    for (let i = 0; i < 20; i++) {
      subject = await putReferrer(repository, {
        subject,
        artifactType: "a/b",
        layer: { mediaType: "text/plain", bytes: encodeUtf8(`${i}`) },
      });
    }
    const { attached, unread } = await tree(repository, reference, options);
    const depth = (nodes: readonly TreeNode[]): number => (nodes[0] ? 1 + depth(nodes[0].attached) : 0);
    assert.equal(depth(attached), 8);
    assert.deepEqual(
      unread.map(({ code }) => code),
      ["LIMIT_EXCEEDED"],
    );
  });

  it("names unread locations", async () => {
    const repository = memoryRepository();
    await putImage(repository, "a", "1");
    const broken: Repository = { ...repository, referrers: () => Promise.reject(new TouchmarkError("UNAUTHORIZED", "denied")) };
    const { attached, unread } = await tree(broken, reference, options);
    assert.deepEqual(attached, []);
    assert.deepEqual(
      unread.map(({ location, code }) => [location, code]),
      [["referrers", "UNAUTHORIZED"]],
    );
  });
});
