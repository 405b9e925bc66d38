import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedServer, type ScriptedAnswer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { signal, absent, opened, content, blob, blobPath } from "../../test/fakes/scripted-repository.ts";
import { streamOf } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";

const uploads = "POST /v2/app/blobs/uploads/";
const query = `digest=${encodeURIComponent(blob.digest)}`;

function opensAt(location: string): ScriptedAnswer {
  return { status: 202, headers: { location } };
}

test("a blob that the registry has is not sent", async (t) => {
  const large = Buffer.alloc(64 * 1024);
  const { server, repository } = await opened(t, { [`HEAD ${blobPath}`]: {}, [`HEAD /v2/app/blobs/${digestOf(large)}`]: {} });
  await repository.putBlobFrom(blob, () => streamOf(content), signal);
  await repository.putBlob(large, signal);
  assert.equal(server.lines.length, 2);
});

test("a small blob is sent without checking whether the registry has it", async (t) => {
  const { server, repository } = await opened(t, { [uploads]: opensAt("/u"), [`PUT /u?${query}`]: { status: 201 } });
  await repository.putBlob(content, signal);
  assert.deepEqual(server.lines, [uploads, `PUT /u?${query}`]);
});

test("a blob is sent whole to the registry's location, in any form of URL", async (t) => {
  const { server, repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: [opensAt("/upload/1?state=x"), opensAt("2")],
    [`PUT /upload/1?state=x&${query}`]: { status: 201 },
    [`PUT /v2/app/blobs/uploads/2?${query}`]: { status: 201 },
    [`PUT /upload/3?${query}`]: { status: 201 },
  });
  await repository.putBlob(content, signal);
  await repository.putBlob(content, signal);
  server.on({ [uploads]: opensAt(`${server.origin}/upload/3`) });
  await repository.putBlob(content, signal);
  const puts = server.seen.filter(({ method }) => method === "PUT");
  assert.deepEqual(
    puts.map(({ body }) => Buffer.from(body).toString()),
    ["0123456789", "0123456789", "0123456789"],
  );
});

test("the registry's own query of an upload is sent back as it is, since it may be signed", async (t) => {
  for (const [location, sent] of [
    ["/u?_state=a/b+c%2fd~(e)&x", `/u?_state=a/b+c%2fd~(e)&x&${query}`],
    ["/u?a=%20b&a=1#part", `/u?a=%20b&a=1&${query}`],
  ] as const) {
    const { server, repository } = await opened(t, { [uploads]: opensAt(location), [`PUT ${sent}`]: { status: 201 } });
    await repository.putBlob(content, signal);
    assert.deepEqual(server.lines, [uploads, `PUT ${sent}`]);
  }
});

test("an upload to another host has no credentials, and its challenges are not answered", async (t) => {
  const storage = await scriptedServer(t, {
    [`PUT /1?${query}`]: { status: 201 },
    [`PUT /2?${query}`]: { status: 401, headers: { "www-authenticate": "Basic realm=x" } },
  });
  const guard =
    (answer: ScriptLine): ScriptLine =>
    (seen, response) => {
      if (seen.headers["authorization"] === undefined) return { status: 401, headers: { "www-authenticate": "Basic realm=x" } };
      return typeof answer === "function" ? answer(seen, response) : answer;
    };
  const { server, repository } = await opened(t, { [`HEAD ${blobPath}`]: guard(absent), [uploads]: guard(opensAt(`${storage.origin}/1`)) });
  await repository.putBlob(content, signal);
  server.on({ [uploads]: guard(opensAt(`${storage.origin}/2`)) });
  await assert.rejects(repository.putBlob(content, signal), { code: "UNAUTHORIZED" });
  assert.deepEqual(
    storage.seen.map(({ headers }) => headers["authorization"]),
    [undefined, undefined],
  );
});

test("an upload without a location, or with one that is not an HTTP URL, is refused", async (t) => {
  const { repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: [{ status: 202 }, opensAt("http://["), opensAt("file:///tmp/x")],
  });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR" });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR" });
  await assert.rejects(repository.putBlob(content, signal), { code: "UNREACHABLE" });
});

test("a failed upload is an error", async (t) => {
  const { repository } = await opened(t, { [`HEAD ${blobPath}`]: absent, [uploads]: opensAt("/u"), [`PUT /u?${query}`]: { status: 404 } });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR", message: /answers 404 to PUT/ });
});

test("an upload that seems to have failed but was stored succeeds", async (t) => {
  const lost: ScriptLine = (_, response) => void response.destroy();
  const { repository } = await opened(t, {
    [`HEAD ${blobPath}`]: [absent, {}],
    [uploads]: opensAt("/u"),
    [`PUT /u?${query}`]: [lost, { status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' }],
  });
  await repository.putBlob(content, signal);
});

test("an upload that the registry cannot continue is started again", async (t) => {
  for (const status of [400, 404, 416]) {
    const { server, repository } = await opened(t, {
      [`HEAD ${blobPath}`]: absent,
      [uploads]: [opensAt("/1"), opensAt("/2")],
      [`PUT /1?${query}`]: [{ status: 503 }, { status }],
      [`PUT /2?${query}`]: { status: 201 },
    });
    await repository.putBlob(content, signal);
    assert.deepEqual(server.lines, [uploads, `PUT /1?${query}`, `PUT /1?${query}`, `HEAD ${blobPath}`, uploads, `PUT /2?${query}`]);
  }
});

test("an upload is opened again after a lost response, or if the registry is busy", async (t) => {
  const lost: ScriptLine = (_, response) => void response.destroy();
  const { server, repository } = await opened(t, {
    [uploads]: [{ status: 429 }, { status: 503 }, lost, opensAt("/u")],
    [`PUT /u?${query}`]: { status: 201 },
  });
  await repository.putBlob(content, signal);
  assert.equal(server.lines.length, 5);
});

const text = { mediaType: "text/plain", digest: blob.digest, size: 10 };

async function* halves(): AsyncGenerator<Uint8Array> {
  yield content.subarray(0, 4);
  yield content.subarray(4);
}

test("a streamed blob is sent with its length", async (t) => {
  const { server, repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: opensAt("/u"),
    [`PUT /u?${query}`]: { status: 201 },
  });
  await repository.putBlobFrom(text, halves, signal);
  const { headers, body } = server.seen[2] ?? {};
  assert.deepEqual([headers?.["content-length"], Buffer.from(body ?? []).toString()], ["10", "0123456789"]);
});

test("a broken upload is started again from the blob's beginning, and finally fails", async (t) => {
  const lost: ScriptLine = (_, response) => void response.destroy();
  const { server, repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: [opensAt("/1"), opensAt("/2"), opensAt("/3"), opensAt("/3"), opensAt("/3")],
    [`PUT /1?${query}`]: lost,
    [`PUT /2?${query}`]: { status: 201 },
    [`PUT /3?${query}`]: lost,
  });
  await repository.putBlobFrom(text, halves, signal);
  assert.equal(Buffer.from(server.seen.at(-1)?.body ?? []).toString(), "0123456789");
  await assert.rejects(repository.putBlobFrom(text, halves, signal), { code: "UNREACHABLE" });
});

test("a stream that does not match its descriptor is refused, and the upload not finished", async (t) => {
  const { server, repository } = await opened(t, { [`HEAD ${blobPath}`]: absent, [uploads]: opensAt("/u"), [`PUT /u?*`]: { status: 201 } });
  for (const [found, message] of [
    ["012345678", /9 of its 10 bytes/],
    ["01234567890", /more than its 10 bytes/],
    ["9876543210", /another digest/],
  ] as const) {
    const open = (): AsyncIterable<Uint8Array> => streamOf(Buffer.from(found));
    await assert.rejects(repository.putBlobFrom(text, open, signal), { code: "DIGEST_MISMATCH", message });
  }
  assert.ok(server.lines.every((line) => !line.startsWith("PUT") || line === `PUT /u?${query}`));
});

const mounting = `POST /v2/app/blobs/uploads/?mount=${encodeURIComponent(blob.digest)}&from=base`;

test("a blob is mounted from another repository of the same registry", async (t) => {
  const { server, repository } = await opened(t, { [`HEAD ${blobPath}`]: absent, [mounting]: { status: 201 } });
  await repository.putBlobFrom(text, halves, signal, { mountFrom: `${server.host}/base` });
  assert.deepEqual(server.lines.slice(1), [mounting]);
});

test("a blob that cannot be mounted is sent, to the registry's location if there is one", async (t) => {
  const { server, repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [mounting]: [opensAt("/1"), { status: 404 }, { status: 403 }],
    [uploads]: opensAt("/2"),
    [`PUT /1?${query}`]: { status: 201 },
    [`PUT /2?${query}`]: { status: 201 },
  });
  const options = { mountFrom: `${server.host}/base` };
  for (let i = 0; i < 3; i++) await repository.putBlobFrom(text, halves, signal, options);
  assert.deepEqual(
    server.lines.filter((line) => !line.startsWith("HEAD")),
    [mounting, `PUT /1?${query}`, mounting, uploads, `PUT /2?${query}`, mounting, uploads, `PUT /2?${query}`],
  );
});

test("no mount is requested from another registry, or from an invalid repository name", async (t) => {
  const { server, repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: opensAt("/u"),
    [`PUT /u?${query}`]: { status: 201 },
  });
  for (const mountFrom of ["registry.example/base", `${server.host}/app`, `${server.host}/../base`, "oci:base"]) {
    await repository.putBlobFrom(text, halves, signal, { mountFrom });
  }
  assert.ok(!server.lines.some((line) => line.includes("mount")));
});

test("a blob too large for one request is sent in chunks, as large as the registry requires", async (t) => {
  const large = Buffer.alloc(9 * 1024 * 1024 + 1, "x");
  const { server, repository } = await opened(t, {
    [`HEAD /v2/app/blobs/${digestOf(large)}`]: absent,
    [uploads]: [opensAt("/0"), { status: 202, headers: { location: "/1", "oci-chunk-min-length": `${5 * 1024 * 1024}` } }],
    [`PUT /0?digest=${encodeURIComponent(digestOf(large))}`]: { status: 413 },
    "PATCH /1": opensAt("/2"),
    "PATCH /2": opensAt("/3?a=b"),
    [`PUT /3?a=b&digest=${encodeURIComponent(digestOf(large))}`]: { status: 201 },
  });
  await repository.putBlob(large, signal);
  assert.deepEqual(
    server.seen.slice(-3).map(({ headers, body }) => [headers["content-range"], body.length]),
    [
      [`0-${5 * 1024 * 1024 - 1}`, 5 * 1024 * 1024],
      [`${5 * 1024 * 1024}-${large.length - 1}`, large.length - 5 * 1024 * 1024],
      [undefined, 0],
    ],
  );
});

test("chunks over the bounds are not buffered", async (t) => {
  const { repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: { status: 202, headers: { location: "/u", "oci-chunk-min-length": "1000000000000" } },
    [`PUT /u?${query}`]: { status: 413 },
  });
  await assert.rejects(repository.putBlob(content, signal), { code: "LIMIT_EXCEEDED", message: /wants chunks of/ });
});
