import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { digestOf } from "../../../core/digest.ts";
import { ociLimits } from "../../../core/oci/limits.ts";
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

const bytes = imageManifest();
const digest = digestOf(bytes);

async function pushParts({ pushBlob }: TestRegistry, name = "app"): Promise<void> {
  await Promise.all([pushBlob(name, config), pushBlob(name, layer)]);
}

async function digestUnder({ send }: TestRegistry, target: string, name = "app"): Promise<unknown> {
  const { status, headers } = await send("HEAD", `/v2/${name}/manifests/${target}`);
  return status === 200 ? headers["docker-content-digest"] : status;
}

test("a manifest is pushed by tag and pulled by tag and digest, byte for byte", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  const pushed = await putManifest(registry.send, "app", "v1", bytes, `${mediaTypes.ociManifest}; charset=utf-8`);
  assert.deepEqual([pushed.status, pushed.headers.location], [201, `/v2/app/manifests/${digest}`]);
  assert.equal(pushed.headers["docker-content-digest"], digest);
  assert.equal(pushed.headers["oci-subject"], undefined);
  for (const target of ["v1", digest, digest.replace(":", "%3A")]) {
    const whole = await registry.send("GET", `/v2/app/manifests/${target}`);
    assert.deepEqual(whole.body, bytes);
    assert.equal(whole.headers["content-type"], mediaTypes.ociManifest);
    const head = await registry.send("HEAD", `/v2/app/manifests/${target}`);
    assert.equal(head.body.length, 0);
    const own = { date: whole.headers.date, "x-request-id": whole.headers["x-request-id"] };
    assert.deepEqual({ ...head.headers, ...own }, whole.headers);
  }
});

test("a manifest is pushed by digest, sha256 or sha512, and gets no tag", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  for (const target of [digest, digestOf(bytes, "sha512")]) {
    assert.equal((await putManifest(registry.send, "app", target, bytes)).status, 201);
    assert.equal(await digestUnder(registry, target), target);
  }
  assert.deepEqual(json(await registry.send("GET", "/v2/app/tags/list")), { name: "app", tags: [] });
  const other = digestOf(Buffer.from("other"));
  assert.equal(errorCode(await putManifest(registry.send, "app", other, bytes)), "DIGEST_INVALID");
});

test("tags that differ only in case are different tags", async (t) => {
  const registry = await testRegistry(t);
  const upper = await registry.pushImage("app", "Latest", { annotations: { case: "upper" } });
  const lower = await registry.pushImage("app", "latest", { annotations: { case: "lower" } });
  assert.deepEqual([await digestUnder(registry, "Latest"), await digestUnder(registry, "latest")], [upper, lower]);
});

test("a manifest must be pushed with the media type it states", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  for (const type of [mediaTypes.dockerManifest, mediaTypes.ociIndex, "application/json", "nonsense", "a/b\tc"]) {
    const reply = await putManifest(registry.send, "app", "v1", bytes, type);
    assert.deepEqual([reply.status, errorCode(reply)], [400, "MANIFEST_INVALID"], type);
  }
  const untyped = await registry.send("PUT", "/v2/app/manifests/v1", { body: bytes });
  assert.deepEqual([untyped.status, errorCode(untyped)], [400, "MANIFEST_INVALID"]);
  assert.equal(await digestUnder(registry, "v1"), 404);
});

test("an invalid manifest is refused", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  const bad = {
    "not JSON": "{",
    "an array": "[]",
    "a key twice": `{"schemaVersion":2,"schemaVersion":2}`,
    "schema 1": `{"schemaVersion":1}`,
    "no config": `{"schemaVersion":2,"layers":[]}`,
    "10,000 levels": `${`{"a":`.repeat(10_000)}1${"}".repeat(10_000)}`,
    "a layer without a digest": imageManifest({ layers: [{ mediaType: "a/b", size: 1, digest: "sha256:../../x" }] }),
  };
  for (const [what, body] of Object.entries(bad)) {
    const reply = await putManifest(registry.send, "app", "v1", body);
    assert.deepEqual([reply.status, errorCode(reply)], [400, "MANIFEST_INVALID"], what);
  }
  const deep = await putManifest(registry.send, "app", "v1", bad["10,000 levels"], "application/vnd.example+json");
  assert.equal(errorCode(deep), "MANIFEST_INVALID");
  assert.equal(await digestUnder(registry, "v1"), 404);
});

test("a document that is both an image manifest and an index is refused as either", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  const both = imageManifest({ mediaType: undefined, manifests: [descriptor(mediaTypes.ociManifest, bytes)] });
  for (const type of [mediaTypes.ociManifest, mediaTypes.ociIndex, mediaTypes.dockerManifest, mediaTypes.dockerIndex]) {
    assert.equal(errorCode(await putManifest(registry.send, "app", "v1", both, type)), "MANIFEST_INVALID");
  }
});

test("a digest keeps the media type of its first push", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  const untyped = imageManifest({ mediaType: undefined });
  assert.equal((await putManifest(registry.send, "app", "v1", untyped)).status, 201);
  for (const type of [mediaTypes.dockerManifest, "application/vnd.example+json"]) {
    assert.equal(errorCode(await putManifest(registry.send, "app", "v2", untyped, type)), "MANIFEST_INVALID");
  }
  assert.equal((await putManifest(registry.send, "app", "v2", untyped)).status, 201);
});

test("a manifest of another type is stored as bytes", async (t) => {
  const registry = await testRegistry(t);
  const type = "application/vnd.example.thing.v1+json";
  const thing = `{ "mediaType": "${type}", "anything": [1, 2] }`;
  assert.equal((await putManifest(registry.send, "app", "thing", thing, type)).status, 201);
  const reply = await registry.send("GET", "/v2/app/manifests/thing");
  assert.deepEqual([reply.body.toString(), reply.headers["content-type"]], [thing, type]);
  assert.equal(errorCode(await putManifest(registry.send, "app", "thing", thing, "application/vnd.other+json")), "MANIFEST_INVALID");
});

test("a media type is compared without the case of ASCII letters, and no other letter equals one", async (t) => {
  const registry = await testRegistry(t);
  const put = (stated: string) =>
    putManifest(registry.send, "app", "v1", JSON.stringify({ mediaType: stated }), "application/vnd.example.Kind");
  assert.equal((await put("Application/vnd.example.KIND")).status, 201);
  assert.equal(errorCode(await put("application/vnd.example.\u212aind")), "MANIFEST_INVALID", "the Kelvin sign");
});

test("a manifest is accepted only if its parts are in the repository", async (t) => {
  const registry = await testRegistry(t);
  await registry.pushBlob("app", config);
  await registry.pushBlob("other", layer);
  const reply = await putManifest(registry.send, "app", "v1", bytes);
  assert.deepEqual([reply.status, errorCode(reply)], [404, "MANIFEST_BLOB_UNKNOWN"]);
  await registry.pushBlob("app", layer);
  assert.equal((await putManifest(registry.send, "app", "v1", bytes)).status, 201);
});

test("a layer that may not be distributed need not be there, under the types of OCI and Docker", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  for (const type of [
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  ]) {
    const layers = [descriptor(mediaTypes.ociLayer, layer), { ...descriptor(type, `absent ${type}`), urls: ["https://example.com/layer"] }];
    assert.equal((await putManifest(registry.send, "app", "windows", imageManifest({ layers }))).status, 201, type);
    const wrong = [{ ...descriptor(type, layer), size: 1 }];
    assert.equal(
      errorCode(await putManifest(registry.send, "app", "v2", imageManifest({ layers: wrong }))),
      "MANIFEST_INVALID",
      "one that is there",
    );
    const both = [descriptor(type, "absent"), descriptor(mediaTypes.ociLayer, "absent")];
    assert.equal(errorCode(await putManifest(registry.send, "app", "v2", imageManifest({ layers: both }))), "MANIFEST_BLOB_UNKNOWN");
    const asConfig = imageManifest({ config: descriptor(type, "absent") });
    assert.equal(errorCode(await putManifest(registry.send, "app", "v2", asConfig)), "MANIFEST_BLOB_UNKNOWN", "a config is none");
  }
});

test("a sparse index, of which some or all manifests are missing, is accepted, and its manifests are not found until they are pushed", async (t) => {
  const registry = await testRegistry(t);
  const absent = descriptor(mediaTypes.ociManifest, bytes);
  const index = JSON.stringify({ schemaVersion: 2, manifests: [absent, descriptor(mediaTypes.ociManifest, "another")] });
  assert.equal((await putManifest(registry.send, "app", "all", index, mediaTypes.ociIndex)).status, 201);
  assert.deepEqual((await registry.send("GET", "/v2/app/manifests/all")).body.toString(), index);
  assert.equal(await digestUnder(registry, digest), 404);
  await registry.pushBlob("app", bytes); // a blob with the same bytes is not a manifest of the repository
  assert.equal(await digestUnder(registry, digest), 404);
  await registry.pushImage("app", "v1");
  assert.equal(await digestUnder(registry, digest), digest);
});

test("one push by digest sets several tags, and the answer names each", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  for (const target of [digest, digestOf(bytes, "sha512")]) {
    const query = Array.from({ length: 10 }, (_, i) => `tag=v${i}`).join("&");
    const reply = await putManifest(registry.send, "app", `${target}?${query}&tag=v0`, bytes);
    assert.deepEqual([reply.status, reply.headers["oci-tag"]], [201, "v0, v1, v2, v3, v4, v5, v6, v7, v8, v9"]);
    assert.deepEqual([reply.headers.location, reply.headers["docker-content-digest"]], [`/v2/app/manifests/${target}`, target]);
    for (const tag of ["v0", "v9"]) assert.equal(await digestUnder(registry, tag), target);
  }
  const beside = await putManifest(registry.send, "app", "latest?tag=stable", bytes);
  assert.equal(beside.headers["oci-tag"], "latest, stable");
  assert.deepEqual([await digestUnder(registry, "latest"), await digestUnder(registry, "stable")], [digest, digest]);
  assert.equal((await putManifest(registry.send, "app", "latest", bytes)).headers["oci-tag"], undefined);
});

test("of several tags in one push, an invalid one or too many set none", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  for (const tag of ["", "..", "a/b", "a,b", "a".repeat(129), digest]) {
    const reply = await putManifest(registry.send, "app", `${digest}?tag=v1&tag=${encodeURIComponent(tag)}`, bytes);
    assert.deepEqual([reply.status, errorCode(reply)], [400, "MANIFEST_INVALID"], tag);
  }
  const many = Array.from({ length: 51 }, (_, i) => `tag=v${i}`).join("&");
  const reply = await putManifest(registry.send, "app", `${digest}?${many}`, bytes);
  assert.deepEqual([reply.status, errorCode(reply)], [414, "UNSUPPORTED"]);
  assert.deepEqual([await digestUnder(registry, "v1"), await digestUnder(registry, digest)], [404, 404]);
});

test("a manifest over the size limit is refused", async (t) => {
  const registry = await testRegistry(t);
  const reply = await putManifest(registry.send, "app", "v1", " ".repeat(ociLimits.manifestBytes + 1));
  assert.deepEqual([reply.status, errorCode(reply)], [413, "SIZE_INVALID"]);
  assert.equal(errorCode(await putManifest(registry.send, "app", "v1", " ".repeat(ociLimits.manifestBytes))), "MANIFEST_INVALID");
});

test("a manifest of hundreds of thousands of tiny values is refused under any type, since reading it would stop everybody", async (t) => {
  const registry = await testRegistry(t);
  const values = Array.from({ length: 380_000 }, () => 1);
  for (const type of [mediaTypes.ociManifest, mediaTypes.ociIndex, "application/vnd.example+json"]) {
    const body = JSON.stringify({ schemaVersion: 2, values });
    assert.equal(errorCode(await putManifest(registry.send, "app", "v1", body, type)), "MANIFEST_INVALID", type);
  }
});

test("150 clients that hold back the last byte of a manifest keep nobody out, and all of them together stay in bounds", async (t) => {
  const bodyMemory = 1024 * 1024;
  const registry = await testRegistry(t, { limits: { bodyMemory } });
  await pushParts(registry);
  const [host = "", port] = registry.running.address.split(":");
  const large = 40_000;
  let answers = 0;
  const holders = Array.from({ length: 150 }, () => {
    const socket = connect(Number(port), host).on("error", () => undefined);
    socket.once("data", () => answers++);
    socket.write(`PUT /v2/app/manifests/held HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${mediaTypes.ociManifest}\r\n`);
    socket.write(`Content-Length: ${large + 1}\r\n\r\n${" ".repeat(large)}`);
    return socket;
  });
  t.after(() => holders.forEach((socket) => socket.destroy()));
  const fitting = Math.floor(bodyMemory / large);
  while (answers < holders.length - fitting) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await putManifest(registry.send, "app", "v1", bytes)).status, 201);
  assert.ok(answers <= holders.length - fitting + 1);
});

test("an invalid tag or digest is not found", async (t) => {
  const registry = await testRegistry(t);
  await registry.pushImage("app", "v1");
  for (const target of [".v1", "-", "a".repeat(129), "v1%2fx", "%00", "v1 ".trim() + "%20"]) {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const reply = await registry.send(method, `/v2/app/manifests/${target}`);
      assert.deepEqual([reply.status, errorCode(reply)], [404, "MANIFEST_UNKNOWN"], target);
    }
  }
  assert.equal(errorCode(await registry.send("GET", "/v2/app/manifests/sha256:abc")), "DIGEST_INVALID");
});

test("of two concurrent pushes of one tag, one gets it, and both can be pulled by digest", async (t) => {
  const registry = await testRegistry(t);
  const digests = await Promise.all(
    Array.from({ length: 8 }, (_, i) => registry.pushImage("app", "v1", { annotations: { writer: String(i) } })),
  );
  assert.ok(digests.some((one) => one !== digest));
  const current = await digestUnder(registry, "v1");
  assert.ok(digests.some((one) => one === current));
  for (const one of digests) assert.equal(await digestUnder(registry, one), one);
});

test("deleting a tag keeps the manifest", async (t) => {
  const registry = await testRegistry(t);
  await registry.pushImage("app", "v1");
  await registry.pushImage("app", "v2");
  assert.equal((await registry.send("DELETE", "/v2/app/manifests/v1")).status, 202);
  const again = await registry.send("DELETE", "/v2/app/manifests/v1");
  assert.deepEqual([again.status, errorCode(again)], [404, "MANIFEST_UNKNOWN"]);
  assert.deepEqual(
    [await digestUnder(registry, "v1"), await digestUnder(registry, "v2"), await digestUnder(registry, digest)],
    [404, digest, digest],
  );
});

test("deleting a manifest deletes its tags and its entry among referrers, only in its repository", async (t) => {
  const registry = await testRegistry(t);
  const subject = descriptor(mediaTypes.ociManifest, "any subject");
  const digestHere = await registry.pushImage("app", "v1", { subject });
  await registry.pushImage("app", "v2", { subject });
  const stays = await registry.pushImage("app", "v3");
  await registry.pushImage("other", "v1", { subject });
  assert.equal((await registry.send("DELETE", `/v2/app/manifests/${digestHere}`)).status, 202);
  assert.equal((await registry.send("DELETE", `/v2/app/manifests/${digestHere}`)).status, 404);
  assert.deepEqual(json(await registry.send("GET", "/v2/app/tags/list")), { name: "app", tags: ["v3"] });
  for (const target of ["v1", "v2", digestHere]) assert.equal(await digestUnder(registry, target), 404);
  assert.equal(await digestUnder(registry, "v3"), stays);
  assert.match((await registry.send("GET", `/v2/app/referrers/${String(subject["digest"])}`)).body.toString(), /"manifests":\[\]/);
  assert.equal(await digestUnder(registry, "v1", "other"), digestHere);
});

test("a push whose first write fails leaves nothing, one whose last write fails can be repeated", async (t) => {
  const registry = await testRegistry(t);
  await pushParts(registry);
  const incoming = join(registry.dir, "incoming");
  await rm(incoming, { recursive: true });
  const failed = await putManifest(registry.send, "app", "v1", bytes);
  assert.deepEqual([failed.status, errorCode(failed)], [500, "UNKNOWN"]);
  assert.doesNotMatch(failed.body.toString(), /incoming/);
  assert.deepEqual([await digestUnder(registry, "v1"), await digestUnder(registry, digest)], [404, 404]);

  await registry.running.close();
  const later = await testRegistry(t, { dir: registry.dir });
  const tags = join(registry.dir, "repositories", "app", "_tags");
  await writeFile(tags, "in the way");
  assert.equal((await putManifest(later.send, "app", "v1", bytes)).status, 500);
  assert.equal(await digestUnder(later, digest), digest);
  await rm(tags);
  assert.equal((await putManifest(later.send, "app", "v1", bytes)).status, 201);
  assert.equal(await digestUnder(later, "v1"), digest);
});

test("a manifest that states another size than a blob or manifest has is refused", async (t) => {
  const registry = await testRegistry(t);
  await registry.pushImage("app", "v1");
  const stated = { ...descriptor(mediaTypes.ociLayer, layer), size: 32 * 1024 * 1024 };
  const reply = await putManifest(registry.send, "app", "v2", imageManifest({ layers: [stated] }));
  assert.deepEqual([reply.status, errorCode(reply)], [400, "MANIFEST_INVALID"]);
  const image = { ...descriptor(mediaTypes.ociManifest, imageManifest()), size: 1 };
  const index = JSON.stringify({ schemaVersion: 2, manifests: [image] });
  assert.equal(errorCode(await putManifest(registry.send, "app", "all", index, mediaTypes.ociIndex)), "MANIFEST_INVALID");
});
