import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedServer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import {
  signal,
  absent,
  open,
  opened,
  imageOf,
  descriptorOf,
  served,
  content,
  blob,
  blobPath,
} from "../../test/fakes/scripted-repository.ts";
import { digestOf } from "../core/digest.ts";
import { ociLimits } from "../core/oci/limits.ts";
import { mediaTypes } from "../core/oci/manifest.ts";
import { createHttpClient } from "../net/http-client.ts";
import { createRegistries } from "./registries.ts";

test("a manifest is read by tag or digest, with its served media type", async (t) => {
  const bytes = imageOf("v1");
  const { digest } = descriptorOf(bytes);
  const answer = served(bytes, `${mediaTypes.ociManifest}; charset=utf-8`, { "docker-content-digest": digest });
  const { server, repository } = await opened(t, { "GET /v2/app/manifests/v1": answer, [`GET /v2/app/manifests/${digest}`]: answer });
  const expected = { descriptor: descriptorOf(bytes), bytes };
  assert.deepEqual(await repository.manifest("v1", signal), expected);
  assert.deepEqual(await repository.manifest(digest, signal), expected);
  assert.match(server.seen[0]?.headers["accept"] ?? "", /^application\/vnd.oci.image.index.v1\+json, application\/vnd.oci.image.manifest/);
});

test("a manifest from a static file server has its own media type, if that is valid", async (t) => {
  const bytes = imageOf("v1");
  const { repository } = await opened(t, {
    "GET /v2/app/manifests/v1": served(bytes, "application/octet-stream"),
    "GET /v2/app/manifests/v2": served(Buffer.from('{"mediaType":"text/html"}'), "application/json"),
  });
  assert.equal((await repository.manifest("v1", signal))?.descriptor.mediaType, mediaTypes.ociManifest);
  assert.equal((await repository.manifest("v2", signal))?.descriptor.mediaType, "application/json");
});

test("a missing manifest is undefined", async (t) => {
  const { repository } = await opened(t, { "GET /v2/app/manifests/v1": absent });
  assert.equal(await repository.manifest("v1", signal), undefined);
});

test("a manifest with another digest than the requested one is refused", async (t) => {
  const asked = digestOf(Buffer.from("asked"));
  const given = imageOf("given");
  const { repository } = await opened(t, {
    [`GET /v2/app/manifests/${asked}`]: served(given, mediaTypes.ociManifest, { "docker-content-digest": asked }),
  });
  await assert.rejects(repository.manifest(asked, signal), { code: "DIGEST_MISMATCH", message: /was asked for sha256:/ });
});

test("a manifest under a tag must have the digest that the registry states", async (t) => {
  const { repository } = await opened(t, {
    "GET /v2/app/manifests/v1": served(imageOf("v1"), mediaTypes.ociManifest, { "docker-content-digest": digestOf(Buffer.from("other")) }),
    "GET /v2/app/manifests/v2": served(imageOf("v2"), mediaTypes.ociManifest, { "docker-content-digest": "md5:0" }),
  });
  await assert.rejects(repository.manifest("v1", signal), { code: "DIGEST_MISMATCH" });
  await assert.rejects(repository.manifest("v2", signal), { code: "MALFORMED" });
});

test("a manifest over 4 MiB is refused", async (t) => {
  const { repository } = await opened(t, { "GET /v2/app/manifests/v1": served(Buffer.alloc(ociLimits.manifestBytes + 1)) });
  await assert.rejects(repository.manifest("v1", signal), { code: "LIMIT_EXCEEDED" });
});

test("an invalid tag or digest does not get into a URL", async (t) => {
  const { repository } = await opened(t, {});
  for (const target of ["../../other/manifests/v1", "sha256:abc", "a?b", "", "sha256:../../x"]) {
    await assert.rejects(repository.manifest(target, signal), { code: "INVALID_REFERENCE" }, target);
  }
});

test("a reference with a path in its name is not opened", () => {
  const registries = createRegistries({ http: createHttpClient(), credentials: { find: async () => undefined } });
  for (const repository of ["../app", "app/../other", "app?x", ""]) {
    assert.throws(() => registries.open({ kind: "registry", registry: "registry.example.com", repository }), { code: "INVALID_REFERENCE" });
  }
});

test("the registry's own errors are distinguished, and quoted", async (t) => {
  const body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}';
  const { repository } = await opened(t, {
    "GET /v2/app/manifests/busy": { status: 429, body },
    "GET /v2/app/manifests/broken": { status: 500, body: "<html>oops</html>" },
    "GET /v2/app/manifests/odd": { status: 418, body: JSON.stringify({ errors: [{ code: "TEAPOT", message: "x".repeat(10_000) }] }) },
  });
  await assert.rejects(repository.manifest("busy", signal), { code: "RATE_LIMITED", message: /\(TOOMANYREQUESTS: slow down\)$/ });
  await assert.rejects(repository.manifest("broken", signal), {
    code: "REGISTRY_ERROR",
    message: /^127\.0\.0\.1:\d+ answers 500 to GET \/v2\/app\/[^ ]+$/,
  });
  await assert.rejects(
    repository.manifest("odd", signal),
    (error: Error) => error.message.length < 500 && /answers 418/.test(error.message),
  );
});

test("a blob is read whole, or is undefined", async (t) => {
  const { repository } = await opened(t, { [`GET ${blobPath}`]: [{ body: content }, absent] });
  assert.deepEqual(await repository.blob(blob, 10, signal), content);
  assert.equal(await repository.blob(blob, 10, signal), undefined);
});

test("a blob that is embedded in its descriptor is not fetched", async (t) => {
  const { repository } = await opened(t, {});
  assert.deepEqual(await repository.blob({ ...blob, data: content }, 10, signal), content);
  await assert.rejects(repository.blob({ ...blob, data: content }, 9, signal), { code: "LIMIT_EXCEEDED" });
});

test("a blob over the bound is not requested", async (t) => {
  const { server, repository } = await opened(t, {});
  await assert.rejects(repository.blob(blob, 9, signal), { code: "LIMIT_EXCEEDED", message: /has 10 bytes, over the limit of 9/ });
  assert.deepEqual(server.lines, []);
});

test("a longer, a shorter or another blob is refused", async (t) => {
  for (const [body, message] of [
    ["01234567890", /more than its 10 bytes/],
    ["012345678", /9 of its 10 bytes/],
    ["0123456780", /another digest/],
  ] as const) {
    const { repository } = await opened(t, { [`GET ${blobPath}`]: { body } });
    await assert.rejects(repository.blob(blob, 1000, signal), { code: "DIGEST_MISMATCH", message });
  }
});

test("a blob whose connection breaks in the middle is requested again", async (t) => {
  const broken: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234", () => response.destroy());
    return undefined;
  };
  const { repository } = await opened(t, { [`GET ${blobPath}`]: [broken, { body: content }] });
  assert.deepEqual(await repository.blob(blob, 10, signal), content);
});

test("a blob behind a redirect is fetched without credentials, and checked", async (t) => {
  const storage = await scriptedServer(t, { "GET /good?signature=x": { body: content }, "GET /bad?signature=x": { body: "9876543210" } });
  const server = await scriptedServer(t);
  const asking: ScriptLine = ({ headers }) => {
    if (headers["authorization"] === undefined) return { status: 401, headers: { "www-authenticate": "Basic realm=x" } };
    const where = storage.lines.length === 0 ? "good" : "bad";
    return { status: 307, headers: { location: `${storage.origin}/${where}?signature=x` } };
  };
  server.on({ [`GET ${blobPath}`]: asking });
  const repository = open(server);
  assert.deepEqual(await repository.blob(blob, 10, signal), content);
  await assert.rejects(repository.blob(blob, 10, signal), { code: "DIGEST_MISMATCH" });
  assert.deepEqual(
    storage.seen.map(({ headers }) => headers["authorization"]),
    [undefined, undefined],
  );
});
