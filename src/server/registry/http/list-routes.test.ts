import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../../../core/digest.ts";
import { mediaTypes } from "../../../core/oci/manifest.ts";
import {
  config,
  descriptor,
  errorCode,
  imageManifest,
  json,
  layer,
  putManifest,
  testRegistry,
  type TestRegistry,
} from "../fixture.test.ts";

const subject = descriptor(mediaTypes.ociManifest, "a subject nobody has pushed yet");
const referrers = `/v2/app/referrers/${String(subject["digest"])}`;

type Send = TestRegistry["send"];

/** Follows Link headers; returns all entries of each page under this member. */
async function pages(send: Send, path: string, member: string): Promise<readonly (readonly unknown[])[]> {
  const reply = await send("GET", path);
  assert.equal(reply.status, 200);
  const value = json(reply);
  const entries =
    value !== null && typeof value === "object" && member in value ? Object.entries(value).find(([key]) => key === member)?.[1] : [];
  assert.ok(Array.isArray(entries));
  const [, next] = /^<([^>]+)>; rel="next"$/.exec(String(reply.headers["link"] ?? "")) ?? [];
  return [entries, ...(next === undefined ? [] : await pages(send, next, member))];
}

async function pushReferrer({ send }: TestRegistry, more: Record<string, unknown>): Promise<string> {
  const bytes = imageManifest({ subject, ...more });
  const digest = digestOf(bytes);
  const reply = await putManifest(send, "app", digest, bytes);
  assert.deepEqual([reply.status, reply.headers["oci-subject"]], [201, subject["digest"]]);
  return digest;
}

async function pushReferrers(registry: TestRegistry, count: number, more: Record<string, unknown> = {}): Promise<readonly string[]> {
  await Promise.all([registry.pushBlob("app", config), registry.pushBlob("app", layer)]);
  const all = Array.from({ length: count }, (_, i) =>
    pushReferrer(registry, { artifactType: `example/${i % 2}`, annotations: { i: String(i), ...more } }),
  );
  return (await Promise.all(all)).toSorted();
}

test("tags are listed in code-unit order, page by page", async (t) => {
  const { send, pushImage } = await testRegistry(t);
  const tags = ["10", "9", "A", "B", "_", "a", "a.b", "aB", ...Array.from({ length: 22 }, (_, i) => `t${i + 10}`)];
  await Promise.all(tags.toReversed().map((tag) => pushImage("app", tag)));
  assert.deepEqual(json(await send("GET", "/v2/app/tags/list")), { name: "app", tags });
  for (const n of [1, 7, 15, 30, 31]) {
    const found = await pages(send, `/v2/app/tags/list?n=${n}`, "tags");
    assert.deepEqual(found.flat(), tags, `n=${n}`);
    assert.equal(found.length, Math.ceil(tags.length / n), `n=${n}`);
  }
  assert.deepEqual(await pages(send, "/v2/app/tags/list?last=t28", "tags"), [["t29", "t30", "t31"]]);
  assert.deepEqual(await pages(send, "/v2/app/tags/list?last=t28%26&n=2", "tags"), [["t29", "t30"], ["t31"]]);
  assert.deepEqual(await pages(send, "/v2/app/tags/list?n=0", "tags"), [[]]);
});

test("a page has at most a thousand entries", async (t) => {
  const { send, pushImage } = await testRegistry(t);
  await pushImage("app", "v1");
  const over = await send("GET", `/v2/app/tags/list?n=${"9".repeat(300)}`);
  assert.equal(over.status, 200);
  for (const n of ["-1", "x", "1.5", ""]) assert.equal((await send("GET", `/v2/app/tags/list?n=${n}`)).status, 400, n);
});

test("the tags of an unknown repository are an error, not an empty list", async (t) => {
  const { send, pushImage } = await testRegistry(t);
  await pushImage("app/sub", "v1");
  for (const name of ["other", "app"]) {
    const reply = await send("GET", `/v2/${name}/tags/list`);
    assert.deepEqual([reply.status, errorCode(reply)], [404, "NAME_UNKNOWN"]);
  }
});

test("referrers are listed as an index, with the members that the specification requires", async (t) => {
  const registry = await testRegistry(t);
  await Promise.all([registry.pushBlob("app", config), registry.pushBlob("app", layer)]);
  const annotations = { "org.example.made": "today" };
  const typed = await pushReferrer(registry, { artifactType: "application/vnd.example.sbom", annotations });
  const untyped = await pushReferrer(registry, { artifactType: "" });
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [], subject });
  const pushed = await putManifest(registry.send, "app", "index", index, mediaTypes.ociIndex);
  assert.equal(pushed.headers["oci-subject"], subject["digest"]);

  const reply = await registry.send("GET", referrers);
  assert.equal(reply.headers["content-type"], mediaTypes.ociIndex);
  assert.equal(reply.headers["oci-filters-applied"], undefined);
  const size = (more: Record<string, unknown>): number => imageManifest({ subject, ...more }).length;
  const artifactType = "application/vnd.example.sbom";
  const expected = [
    { mediaType: mediaTypes.ociManifest, digest: typed, size: size({ artifactType, annotations }), artifactType, annotations },
    { mediaType: mediaTypes.ociManifest, digest: untyped, size: size({ artifactType: "" }), artifactType: mediaTypes.ociConfig },
    { mediaType: mediaTypes.ociIndex, digest: digestOf(Buffer.from(index)), size: index.length },
  ];
  assert.deepEqual(json(reply), {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: expected.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
  });
});

test("a digest without referrers has an empty list", async (t) => {
  const { send } = await testRegistry(t);
  const reply = await send("GET", referrers);
  assert.equal(reply.status, 200);
  assert.deepEqual(json(reply), { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] });
  const bad = await send("GET", "/v2/app/referrers/latest");
  assert.deepEqual([bad.status, errorCode(bad)], [400, "DIGEST_INVALID"]);
});

test("referrers are listed page by page, and filtered by type", async (t) => {
  const registry = await testRegistry(t);
  const { send } = registry;
  const digests = await pushReferrers(registry, 25);
  const digestsOf = (found: readonly (readonly unknown[])[]): unknown[] =>
    found.flat().map((entry) => typeof entry === "object" && entry !== null && "digest" in entry && entry.digest);
  for (const n of [1, 10, 25]) {
    const found = await pages(send, `${referrers}?n=${n}`, "manifests");
    assert.deepEqual(digestsOf(found), digests, `n=${n}`);
    assert.equal(found.length, Math.ceil(25 / n), `n=${n}`);
  }
  const filtered = await send("GET", `${referrers}?artifactType=example/0&n=4`);
  assert.equal(filtered.headers["oci-filters-applied"], "artifactType");
  const even = await pages(send, `${referrers}?artifactType=example/0&n=4`, "manifests");
  const odd = await pages(send, `${referrers}?artifactType=example/1&n=4`, "manifests");
  assert.deepEqual(
    [even.map((page) => page.length), odd.map((page) => page.length)],
    [
      [4, 4, 4, 1],
      [4, 4, 4],
    ],
  );
  assert.deepEqual([...digestsOf(even), ...digestsOf(odd)].map(String).toSorted(), digests);
  assert.deepEqual(await pages(send, `${referrers}?artifactType=none`, "manifests"), [[]]);
  assert.deepEqual(await pages(send, `${referrers}?n=0`, "manifests"), [[]]);
});

test("a page of referrers is never larger than a manifest may be", async (t) => {
  const registry = await testRegistry(t, { limits: { manifestBytes: 4000 } });
  await pushReferrers(registry, 5, { padding: "x".repeat(1_500) });
  assert.deepEqual(
    (await pages(registry.send, referrers, "manifests")).map((page) => page.length),
    [2, 2, 1],
  );
});

test("a listing leaves out annotations of megabytes, which would keep others from reading it", async (t) => {
  const registry = await testRegistry(t);
  await pushReferrers(registry, 5, { padding: "x".repeat(3_900_000), kept: "y" });
  const [page = [], ...more] = await pages(registry.send, referrers, "manifests");
  assert.equal(more.length, 0);
  const annotations = page.map((entry) => (typeof entry === "object" && entry !== null && "annotations" in entry ? entry.annotations : {}));
  assert.deepEqual(
    annotations.map((one) => Object.keys(one ?? {})),
    Array.from({ length: 5 }, () => ["i", "kept"]),
  );
});
