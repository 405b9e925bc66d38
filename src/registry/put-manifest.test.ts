import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { handlerOf, type Script } from "../../test/fakes/scripted-registry.ts";
import {
  signal,
  subject,
  api,
  tag,
  fallback,
  absent,
  opened,
  imageOf,
  descriptorOf,
  served,
  indexOf,
  content,
} from "../../test/fakes/scripted-repository.ts";
import { digestOf } from "../core/digest.ts";
import { mediaTypes } from "../core/oci/manifest.ts";

test("a manifest is stored by digest, or under a tag", async (t) => {
  const bytes = imageOf("v1");
  const { server, repository } = await opened(t, {
    [`PUT /v2/app/manifests/${digestOf(bytes)}`]: { status: 201, headers: { "docker-content-digest": digestOf(bytes) } },
    "PUT /v2/app/manifests/v1": { status: 201 },
  });
  assert.deepEqual(await repository.putManifest(bytes, mediaTypes.ociManifest, undefined, signal), descriptorOf(bytes));
  assert.deepEqual(await repository.putManifest(bytes, mediaTypes.ociManifest, "v1", signal), descriptorOf(bytes));
  assert.deepEqual(
    server.seen.map(({ body, headers }) => [Buffer.from(body), headers["content-type"]]),
    [
      [bytes, mediaTypes.ociManifest],
      [bytes, mediaTypes.ociManifest],
    ],
  );
});

test("a manifest whose blob the registry temporarily does not find is sent again, at most three times", async (t) => {
  const bytes = imageOf("v1");
  const unknown = { status: 400, body: '{"errors":[{"code":"DIGEST_INVALID"},{"code":"MANIFEST_BLOB_UNKNOWN"}]}' };
  const { server, repository } = await opened(t, {
    "PUT /v2/app/manifests/v1": [unknown, { status: 201 }],
    "PUT /v2/app/manifests/v2": unknown,
  });
  const put = (name: string): Promise<unknown> => repository.putManifest(bytes, mediaTypes.ociManifest, name, signal);
  await Promise.all([put("v1"), assert.rejects(put("v2"), { code: "REGISTRY_ERROR", message: /MANIFEST_BLOB_UNKNOWN/ })]);
  assert.equal(server.lines.length, 5);
});

test("a registry that reports another digest than the stored one is an error", async (t) => {
  const { repository } = await opened(t, {
    "PUT /v2/app/manifests/v1": { status: 201, headers: { "docker-content-digest": digestOf(content) } },
  });
  await assert.rejects(repository.putManifest(imageOf("v1"), mediaTypes.ociManifest, "v1", signal), { code: "DIGEST_MISMATCH" });
});

test("a manifest is not stored under an invalid tag", async (t) => {
  const { repository } = await opened(t, {});
  await assert.rejects(repository.putManifest(imageOf("v1"), mediaTypes.ociManifest, "../x", signal), { code: "INVALID_REFERENCE" });
});

const signature = imageOf("signature", subject);
const signaturePath = `PUT /v2/app/manifests/${digestOf(signature)}`;

test("a registry that lists the subject's referrers needs no fallback tag", async (t) => {
  const { server, repository } = await opened(t, { [signaturePath]: { status: 201, headers: { "oci-subject": subject.digest } } });
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.equal(server.lines.length, 1);
});

/** A registry without referrers API, which stores the fallback tag; `meddle` runs after each write. */
function keepingTag(
  initial: Buffer | undefined,
  meddle: (stored: Buffer, writes: number) => Buffer = (stored) => stored,
): { readonly script: Script; current(): unknown } {
  let stored = initial;
  let writes = 0;
  return {
    script: {
      [signaturePath]: { status: 201 },
      [fallback]: () => (stored === undefined ? absent : served(stored, mediaTypes.ociIndex)),
      [`PUT /v2/app/manifests/${tag}`]: ({ body, headers }) => {
        assert.equal(headers["content-type"], mediaTypes.ociIndex);
        stored = meddle(Buffer.from(body), ++writes);
        return { status: 201 };
      },
    },
    current: () => JSON.parse(stored?.toString() ?? "null"),
  };
}

const entry = { ...descriptorOf(signature), artifactType: "application/x-test", annotations: { word: "signature" } };

test("on a registry without referrers API the signature is listed under the fallback tag", async (t) => {
  const kept = keepingTag(undefined);
  const { repository } = await opened(t, kept.script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(kept.current(), { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [entry] });
});

test("an OCI-Subject of another digest does not count", async (t) => {
  const kept = keepingTag(undefined);
  const { repository } = await opened(t, {
    ...kept.script,
    [signaturePath]: { status: 201, headers: { "oci-subject": digestOf(content) } },
  });
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.ok(kept.current());
});

test("other entries under the fallback tag stay as they were, known to us or not", async (t) => {
  const others = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [{ ...subject, urls: ["x"], future: 1 }],
    annotations: { a: "b" },
    future: [1],
  };
  const kept = keepingTag(Buffer.from(JSON.stringify(others)));
  const { repository } = await opened(t, kept.script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(kept.current(), { ...others, manifests: [...others.manifests, entry] });
});

test("a signature that is already listed is not listed twice", async (t) => {
  const initial = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  const { server, repository } = await opened(t, keepingTag(initial).script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(server.lines, [signaturePath, fallback]);
});

test("after a lost update of the fallback tag, the write is repeated and both are listed", async (t) => {
  const kept = keepingTag(undefined, (stored, writes) => (writes === 1 ? indexOf("of the winner") : stored));
  const { repository } = await opened(t, kept.script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  assert.deepEqual(kept.current(), {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [descriptorOf(Buffer.from("of the winner")), entry],
  });
});

test("a concurrent write of the fallback tag by another process is waited for, and both are listed", async (t) => {
  const other = indexOf("of the other");
  let stored: Uint8Array | undefined;
  const { repository } = await opened(t, {
    [signaturePath]: { status: 201 },
    [fallback]: () => (stored === undefined ? absent : served(stored, mediaTypes.ociIndex)),
    [`PUT /v2/app/manifests/${tag}`]: async ({ body }) => {
      const isFirst = stored === undefined;
      stored = body;
      await after(20);
      if (isFirst) setTimeout(() => (stored = other), 5);
      return { status: 201 };
    },
  });
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
  const { manifests } = JSON.parse(Buffer.from(stored ?? []).toString());
  assert.deepEqual(manifests, [descriptorOf(Buffer.from("of the other")), entry]);
});

test("a fallback tag that is always overwritten is a CONFLICT", async (t) => {
  const { server, repository } = await opened(t, keepingTag(undefined, (_, writes) => indexOf(`winner ${writes}`)).script);
  await assert.rejects(repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal), { code: "CONFLICT" });
  assert.equal(server.lines.filter((line) => line === `PUT /v2/app/manifests/${tag}`).length, 10);
});

test("on a registry known to have no referrers API, the listing is read while the manifest is stored, and written after it", async (t) => {
  const read = Promise.withResolvers<void>();
  let reads = 0;
  const { server, repository } = await opened(t, {
    [api]: absent,
    [fallback]: () => {
      if (++reads === 2) read.resolve();
      return absent;
    },
    [signaturePath]: async () => {
      await read.promise;
      return { status: 201 };
    },
    [`PUT /v2/app/manifests/${tag}`]: { status: 201 },
  });
  await repository.referrers(subject.digest, signal);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal, { readsBack: true });
  assert.equal(server.lines.at(-1), `PUT /v2/app/manifests/${tag}`);
});

test("the fallback tag is not written if the registry lists referrers after all, or did not store the manifest", async (t) => {
  for (const [answer, code] of [
    [{ status: 201, headers: { "oci-subject": subject.digest } }, undefined],
    [{ status: 400 }, "REGISTRY_ERROR"],
  ] as const) {
    const { server, repository } = await opened(t, { [api]: absent, [fallback]: absent, [signaturePath]: answer });
    await repository.referrers(subject.digest, signal);
    const putting = repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal);
    await (code === undefined ? putting : assert.rejects(putting, { code }));
    assert.ok(!server.lines.includes(`PUT /v2/app/manifests/${tag}`));
  }
});

test("a listing that the caller reads back is written once, and not read after that", async (t) => {
  const kept = keepingTag(undefined);
  const { server, repository } = await opened(t, kept.script);
  await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal, { readsBack: true });
  assert.deepEqual(server.lines.slice(0, 2), [signaturePath, fallback]);
  assert.deepEqual(server.lines.slice(2).toSorted(), [fallback, `PUT /v2/app/manifests/${tag}`], "side by side");
});

test("entries of another process that this one overwrote are added again", async (t) => {
  const other = indexOf("of the other");
  for (const readsBack of [true, false]) {
    const kept = keepingTag(undefined);
    let reads = 0;
    const { repository } = await opened(t, {
      ...kept.script,
      [fallback]: (...asked) => (++reads === 2 ? served(other, mediaTypes.ociIndex) : handlerOf(kept.script, fallback)(...asked)),
    });
    await repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal, { readsBack });
    const manifests = [entry, descriptorOf(Buffer.from("of the other"))];
    const current = JSON.parse(JSON.stringify(kept.current()));
    assert.deepEqual(new Set(current.manifests), new Set(manifests));
  }
});

test("a full fallback tag is not written", async (t) => {
  const full = indexOf(...Array.from({ length: 10_000 }, (_, i) => `${i}`));
  const { server, repository } = await opened(t, keepingTag(full).script);
  await assert.rejects(repository.putManifest(signature, mediaTypes.ociManifest, undefined, signal), { code: "LIMIT_EXCEEDED" });
  assert.deepEqual(server.lines, [signaturePath, fallback]);
});
