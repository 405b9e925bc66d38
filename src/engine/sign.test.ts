import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import { memoryRepository } from "../../test/fakes/memory-repository.ts";
import { keyFormats, person, putImage } from "../../test/fakes/signers.ts";
import { encodeUtf8 } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { parseManifest } from "../core/oci/manifest.ts";
import type { RecordedEvent } from "../core/recorder.ts";
import { parseReference } from "../core/oci/reference.ts";
import type { Repository } from "../core/repository.ts";
import type { Signer } from "../core/signer.ts";
import { anyKeyOf } from "../../test/fakes/expectation.ts";
import { sign, type SignOptions } from "./sign.ts";
import type { EvidenceMade } from "./write-evidence.ts";
import { verify } from "./verify.ts";

const { signal } = new AbortController();
const at = Date.UTC(2026, 10, 21);
const alice = person("alice");
const bob = person("bob");
const reference = parseReference("registry.example/app:1");
const recorder = { record: async () => undefined };
const defaults: SignOptions = {
  formats: keyFormats,
  signer: alice.signer,
  annotations: {},
  at,
  recorder,
  recursive: false,
  force: false,
  signal,
};

const signs = (repository: Repository, options: Partial<SignOptions> = {}): Promise<readonly EvidenceMade[]> =>
  sign(repository, reference, { ...defaults, ...options });

async function isAllowed(repository: Repository, by = alice): Promise<boolean> {
  const [verdict] = await verify(repository, reference, { ...defaults, basis: anyKeyOf(by.trust) });
  return verdict?.decision === "allow";
}

async function signatureLayers(repository: Repository, digest: string): Promise<number> {
  const stored = await repository.manifest(`${digest.replace(":", "-")}.sig`, signal);
  const manifest = stored && parseManifest(stored.bytes, stored.descriptor.mediaType);
  return manifest?.kind === "image" ? manifest.layers.length : 0;
}

describe("sign", () => {
  it("signs in each format, once, and says where", async () => {
    const repository = memoryRepository();
    const { digest } = await putImage(repository, "x", "1");
    const made = await signs(repository);
    assert.deepEqual(
      made.map(({ format, location, already }) => [format, location, already]),
      [
        ["bundle", "referrers", false],
        ["cosign-legacy", `tag ${digest.replace(":", "-")}.sig`, false],
      ],
    );
    assert.ok(made.every(({ by }) => "key" in by && by.key === alice.publicKey.fingerprint));
    assert.ok(await isAllowed(repository));
  });

  it("signs no web page, and no image that is an index as well", async () => {
    const image = "application/vnd.oci.image.manifest.v1+json";
    for (const [mediaType, text, code] of [
      ["text/html", "<html>", "UNSUPPORTED"],
      [image, "<html>", "MALFORMED"],
      [image, JSON.stringify({ schemaVersion: 2, mediaType: image, config: {}, layers: [], manifests: [] }), "MALFORMED"],
    ] as const) {
      const repository = memoryRepository();
      const bytes = encodeUtf8(text);
      const stored = { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
      await assert.rejects(signs({ ...repository, manifest: async () => stored }), { code });
      assert.ok(!repository.calls.some((call) => call.startsWith("put")));
    }
  });

  it("is idempotent for the same key and annotations, unless forced", async () => {
    const repository = memoryRepository();
    const { digest } = await putImage(repository, "x", "1");
    const first = await signs(repository);
    const writes = repository.calls.filter((call) => call.startsWith("put")).length;
    const second = await signs(repository);
    assert.deepEqual(
      second,
      first.map((made) => ({ ...made, already: true })),
    );
    assert.equal(repository.calls.filter((call) => call.startsWith("put")).length, writes);

    await signs(repository, { annotations: { build: "2" } });
    await signs(repository, { signer: bob.signer });
    await signs(repository, { force: true });
    assert.equal(await signatureLayers(repository, digest), 4);
  });

  it("records what it signed, and nothing it did not", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const events: RecordedEvent[] = [];
    const record = { record: async (event: RecordedEvent) => void events.push(event) };
    const made = await signs(repository, { recorder: record });
    await signs(repository, { recorder: record });
    assert.deepEqual(
      events.map((event) => event.kind === "signed" && event.manifest),
      made.map(({ manifest }) => manifest),
    );
  });

  it("writes nothing if the key's halves do not belong together", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const writes = repository.calls.length;
    const forged = { describe: bob.signer.describe, sign: alice.signer.sign };
    await assert.rejects(signs(repository, { signer: forged }), { code: "INVALID_KEY" });
    assert.ok(!repository.calls.slice(writes).some((call) => call.startsWith("put")));
  });

  it("signs with keys of every kind", async () => {
    for (const keys of [
      generateKeyPairSync("ed25519"),
      generateKeyPairSync("rsa", { modulusLength: 2048 }),
      generateKeyPairSync("ec", { namedCurve: "P-521" }),
    ]) {
      const repository = memoryRepository();
      const by = person("someone", keys.privateKey);
      await putImage(repository, "x", "1");
      await signs(repository, { signer: by.signer });
      assert.ok(await isAllowed(repository, by));
    }
  });

  it("has nothing to sign where there is no image", async () => {
    await assert.rejects(signs(memoryRepository()), { code: "NO_SUCH_IMAGE" });
  });
});

describe("sign: writers and registries that get in the way", () => {
  it("adds its layer again when another writer overwrote the tag", async () => {
    const repository = memoryRepository();
    const { digest } = await putImage(repository, "x", "1");
    await signs(repository, { signer: bob.signer, formats: keyFormats.slice(1) });
    const before = await repository.manifest(`${digest.replace(":", "-")}.sig`, signal);
    let overwritten = 0;
    const raced: Repository = {
      ...repository,
      async putManifest(bytes, mediaType, tag, s) {
        const descriptor = await repository.putManifest(bytes, mediaType, tag, s);
        if (overwritten++ === 0 && tag !== undefined && before) repository.tagged.set(tag, before.descriptor.digest);
        return descriptor;
      },
    };
    await signs(raced, { formats: keyFormats.slice(1) });
    assert.equal(overwritten, 2);
    assert.ok(await isAllowed(repository));
    assert.ok(await isAllowed(repository, bob));
  });

  it("adds its layer again when another writer, who had read the tag before, overwrote it after it was read back", async () => {
    const repository = memoryRepository();
    const { digest } = await putImage(repository, "x", "1");
    await signs(repository, { signer: bob.signer, formats: keyFormats.slice(1) });
    const tag = `${digest.replace(":", "-")}.sig`;
    const before = await repository.manifest(tag, signal);
    assert.ok(before);
    let puts = 0;
    let readBack = 0;
    const raced: Repository = {
      ...repository,
      async putManifest(...given) {
        puts++;
        return repository.putManifest(...given);
      },
      async manifest(target, s) {
        const found = await repository.manifest(target, s);
        if (puts === 1 && target === tag && readBack++ === 0) repository.tagged.set(tag, before.descriptor.digest);
        return found;
      },
    };
    await signs(raced, { formats: keyFormats.slice(1) });
    assert.equal(puts, 2);
    assert.ok(await isAllowed(repository));
    assert.ok(await isAllowed(repository, bob));
  });

  it("lists its signature again when another writer overwrote the listing", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    let puts = 0;
    const raced: Repository = {
      ...repository,
      async putManifest(bytes, mediaType, tag, s) {
        puts++;
        return repository.putManifest(bytes, mediaType, tag, s);
      },
      referrers: async (digest, s) => (puts === 1 ? [] : repository.referrers(digest, s)),
    };
    await signs(raced, { formats: keyFormats.slice(0, 1) });
    assert.equal(puts, 2);
  });

  it("gives up with CONFLICT when it is overwritten every time", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const raced: Repository = {
      ...repository,
      async putManifest(bytes, mediaType, tag, s) {
        const descriptor = await repository.putManifest(bytes, mediaType, tag, s);
        if (tag !== undefined) repository.tagged.delete(tag);
        return descriptor;
      },
    };
    await assert.rejects(signs(raced), { code: "CONFLICT" });
  });

  it("does not report what the registry accepted and lost", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const forgetful: Repository = { ...repository, referrers: async () => [] };
    await assert.rejects(signs(forgetful), { code: "REGISTRY_ERROR", message: /among the referrers/ });
    const lossy: Repository = { ...repository, blob: async () => undefined };
    await assert.rejects(signs(lossy, { annotations: { another: "claim" } }), { code: "REGISTRY_ERROR", message: /the blob/ });
  });

  for (const persisted of [false, true]) {
    it(`leaves nothing that a second run cannot mend when a write fails${persisted ? " and persists all the same" : ""}`, async () => {
      const repository = memoryRepository();
      const { digest } = await putImage(repository, "x", "1");
      // The formats write at the same time, and the first that fails ends the run: the second run waits for the other one's write.
      const writes = keyFormats.map(() => Promise.withResolvers<void>());
      let begun = 0;
      const failing: Repository = {
        ...repository,
        async putManifest(bytes, mediaType, tag, s) {
          const write = writes[begun++];
          if (persisted) await repository.putManifest(bytes, mediaType, tag, s);
          write?.resolve();
          throw new TouchmarkError("UNREACHABLE", "reset");
        },
      };
      await assert.rejects(signs(failing), { code: "UNREACHABLE" });
      await Promise.all(writes.map(({ promise }) => promise));
      const again = await signs(repository);
      assert.deepEqual(
        again.map(({ already }) => already),
        [persisted, persisted],
      );
      assert.ok(await isAllowed(repository));
      assert.equal(await signatureLayers(repository, digest), 1);
    });
  }

  it("requests no signature that may not be stored, and releases what it requested if none is made", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const refused = Promise.reject(new TouchmarkError("UNAUTHORIZED", "no pushing here"));
    refused.catch(() => undefined);
    const signer: Signer = { describe: alice.signer.describe, sign: () => Promise.reject(new Error("asked to sign")) };
    const readOnly: Repository = { ...repository, expectBlobs: (...args) => ({ ...repository.expectBlobs(...args), ready: refused }) };
    await assert.rejects(signs(readOnly, { signer }), { code: "UNAUTHORIZED" });
    const locked: Signer = { ...signer, describe: () => Promise.reject(new TouchmarkError("WRONG_PASSWORD", "no")) };
    await assert.rejects(signs(repository, { signer: locked }), { code: "WRONG_PASSWORD" });
    assert.equal(repository.calls.filter((call) => call === "expected no more").length, 2);
  });

  it("stops when it is interrupted", async () => {
    const repository = memoryRepository();
    await putImage(repository, "x", "1");
    const interrupted = AbortSignal.abort(new TouchmarkError("INTERRUPTED", "interrupted"));
    await assert.rejects(signs(repository, { signal: interrupted }), { code: "INTERRUPTED" });
  });
});
