import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedServer, type ScriptedAnswer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import {
  signal,
  subject,
  api,
  fallback,
  absent,
  opened,
  imageOf,
  served,
  indexOf,
  listing,
  digestsOf,
} from "../../test/fakes/scripted-repository.ts";
import { digestOf, hexOf, type Digest } from "../core/digest.ts";
import { emptyConfig, mediaTypes } from "../core/oci/manifest.ts";
import type { Repository } from "../core/repository.ts";

async function listed(repository: Repository): Promise<readonly Digest[]> {
  const entries = await repository.referrers(subject.digest, signal);
  return entries.map(({ digest }) => digest);
}

test("the results of the referrers API and the fallback tag are merged, each digest once", async (t) => {
  const { repository } = await opened(t, { [api]: listing("a", "b", "a"), [fallback]: listing("b", "c") });
  assert.deepEqual(await listed(repository), digestsOf("a", "b", "c"));
});

test("the referrers API and the fallback tag are requested concurrently", async (t) => {
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  const together: ScriptLine = (_, response) => {
    if (++waiting === 2) both.resolve();
    void both.promise.then(() => response.writeHead(404).end());
    return undefined;
  };
  const { repository } = await opened(t, { [api]: together, [fallback]: together });
  assert.deepEqual(await listed(repository), []);
});

for (const [what, answer] of [
  ["404", absent],
  ["405", { status: 405 }],
  ["406", { status: 406 }],
  ["400 UNSUPPORTED", { status: 400, body: '{"errors":[{"code":"UNSUPPORTED"}]}' }],
] as const) {
  test(`a registry that answers ${what} has no referrers API`, async (t) => {
    const { repository } = await opened(t, { [api]: answer, [fallback]: listing("a") });
    assert.deepEqual(await listed(repository), digestsOf("a"));
  });
}

test("a listing that cannot be read is never treated as empty", async (t) => {
  const html = served(Buffer.from("<html>"), "text/html");
  for (const [script, code] of [
    [{ [api]: { status: 500 }, [fallback]: listing("a") }, "REGISTRY_ERROR"],
    [{ [api]: { status: 503 }, [fallback]: absent }, "REGISTRY_ERROR"],
    [{ [api]: { status: 400 }, [fallback]: absent }, "REGISTRY_ERROR"],
    [{ [api]: { status: 403 }, [fallback]: absent }, "UNAUTHORIZED"],
    [{ [api]: { status: 429 }, [fallback]: absent }, "RATE_LIMITED"],
    [{ [api]: html, [fallback]: absent }, "REGISTRY_ERROR"],
    [{ [api]: served(Buffer.from("{"), mediaTypes.ociIndex), [fallback]: absent }, "MALFORMED"],
    [{ [api]: absent, [fallback]: { status: 500 } }, "REGISTRY_ERROR"],
    [{ [api]: listing("a"), [fallback]: { status: 403 } }, "UNAUTHORIZED"],
    [{ [api]: absent, [fallback]: served(imageOf("not an index")) }, "MALFORMED"],
  ] as const) {
    const { repository } = await opened(t, { ...script });
    await assert.rejects(repository.referrers(subject.digest, signal), { code });
  }
});

test("a listing that is an image manifest too is refused", async (t) => {
  const both = { ...JSON.parse(indexOf("a").toString()), config: emptyConfig.descriptor, layers: [] };
  const { repository } = await opened(t, { [api]: served(Buffer.from(JSON.stringify(both)), mediaTypes.ociIndex), [fallback]: absent });
  await assert.rejects(repository.referrers(subject.digest, signal), { code: "MALFORMED" });
});

function page(next: string, ...words: readonly string[]): ScriptedAnswer {
  return served(indexOf(...words), mediaTypes.ociIndex, { link: `<${next}>; rel="next"` });
}

test("pages are followed to the last one", async (t) => {
  const path = `/v2/app/referrers/${subject.digest}`;
  const { repository } = await opened(t, {
    [api]: page(`${path}?page=2`, "a"),
    [`${api}?page=2`]: page("?page=3", "b"),
    [`${api}?page=3`]: listing("c"),
    [fallback]: absent,
  });
  assert.deepEqual(await listed(repository), digestsOf("a", "b", "c"));
});

test("a next page on another host, or at another path, is not followed", async (t) => {
  const evil = await scriptedServer(t);
  for (const next of [
    `${evil.origin}/v2/app/referrers/${subject.digest}`,
    "/v2/other/referrers/x",
    `/v2/app/referrers/../../other/x`,
    "//[",
  ]) {
    const { repository } = await opened(t, { [api]: page(next, "a"), [fallback]: absent });
    await assert.rejects(repository.referrers(subject.digest, signal), { code: "REGISTRY_ERROR", message: /it is not followed/ });
  }
  assert.deepEqual(evil.lines, []);
});

test("endless pages and too many entries are refused", async (t) => {
  const path = `/v2/app/referrers/${subject.digest}`;
  const endless = await opened(t, { [api]: page(`${path}?n`, "a"), [`${api}?n`]: page(`${path}?n`, "a"), [fallback]: absent });
  await assert.rejects(endless.repository.referrers(subject.digest, signal), { code: "LIMIT_EXCEEDED" });
  assert.equal(endless.server.lines.length, 101);
  const words = Array.from({ length: 5001 }, (_, i) => `${i}`);
  const many = await opened(t, { [api]: page(`${path}?2`, ...words), [`${api}?2`]: listing(...words), [fallback]: absent });
  await assert.rejects(many.repository.referrers(subject.digest, signal), { code: "LIMIT_EXCEEDED" });
});

test("a missing page in the middle is an error, not the end", async (t) => {
  const { repository } = await opened(t, { [api]: page("?page=2", "a"), [`${api}?page=2`]: absent, [fallback]: absent });
  await assert.rejects(repository.referrers(subject.digest, signal), { code: "REGISTRY_ERROR" });
});

test("the fallback tag of a sha512 digest is truncated to a valid tag", async (t) => {
  const digest = digestOf(Buffer.from("subject"), "sha512");
  const { repository } = await opened(t, {
    [`GET /v2/app/referrers/${digest}`]: absent,
    [`GET /v2/app/manifests/sha512-${hexOf(digest).slice(0, 64)}`]: listing("a"),
  });
  assert.deepEqual((await repository.referrers(digest, signal)).length, 1);
});

test("a page that holds the annotations of whole manifests is read, and they are left out", async (t) => {
  const manifest = JSON.parse(indexOf("a", "b").toString());
  for (const entry of manifest.manifests) entry.annotations = { large: "x".repeat(3_900_000), kept: "y" };
  const { repository } = await opened(t, { [api]: served(Buffer.from(JSON.stringify(manifest)), mediaTypes.ociIndex), [fallback]: absent });
  const entries = await repository.referrers(subject.digest, signal);
  assert.deepEqual(
    entries.map(({ annotations }) => annotations),
    [{ kept: "y" }, { kept: "y" }],
  );
});
