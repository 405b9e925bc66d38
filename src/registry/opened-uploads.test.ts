/** Uploads opened in advance: used by the next blob, closed if unused, opened again if the registry closed them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { absent, blob, content, opened, signal } from "../../test/fakes/scripted-repository.ts";
import { TouchmarkError } from "../core/errors.ts";
import { emptyConfig } from "../core/oci/manifest.ts";

const uploads = "POST /v2/app/blobs/uploads/";
const query = `digest=${encodeURIComponent(blob.digest)}`;
const there = Promise.resolve();
const at = (location: string) => ({ status: 202, headers: { location } });

test("an expected blob is sent at once", async (t) => {
  const { server, repository } = await opened(t, { [uploads]: at("/1"), [`PUT /1?${query}`]: { status: 201 } });
  await using expected = repository.expectBlobs(1, there, signal);
  await expected.ready;
  assert.deepEqual(server.lines, [uploads]);
  await repository.putBlob(content, signal);
  assert.deepEqual(server.lines, [uploads, `PUT /1?${query}`]);
});

test("an unused upload is closed, whatever the registry's response", async (t) => {
  const { server, repository } = await opened(t, {
    [uploads]: [at("/1"), at("/2"), at("/3")],
    [`PUT /1?${query}`]: { status: 201 },
    "DELETE /2": { status: 204 },
    "DELETE /3": { status: 405 },
  });
  {
    await using expected = repository.expectBlobs(3, there, signal);
    await expected.ready;
    await repository.putBlob(content, signal);
  }
  assert.deepEqual(server.lines.slice(4).toSorted(), ["DELETE /2", "DELETE /3"]);
});

test("an upload that the registry closed meanwhile is opened again", async (t) => {
  for (const status of [404, 403]) {
    const { server, repository } = await opened(t, {
      [uploads]: [at("/1"), at("/2")],
      [`PUT /1?${query}`]: { status },
      [`PUT /2?${query}`]: { status: 201 },
    });
    await using expected = repository.expectBlobs(1, there, signal);
    await expected.ready;
    await repository.putBlob(content, signal);
    assert.deepEqual(server.lines, [uploads, `PUT /1?${query}`, uploads, `PUT /2?${query}`]);
  }
});

test("a blob that the registry has uses no upload", async (t) => {
  const { server, repository } = await opened(t, {
    [uploads]: at("/1"),
    [`HEAD /v2/app/blobs/${emptyConfig.descriptor.digest}`]: {},
    "DELETE /1": { status: 204 },
  });
  {
    await using expected = repository.expectBlobs(1, there, signal);
    await expected.ready;
    await repository.putBlob(emptyConfig.bytes, signal);
  }
  assert.equal(server.lines.at(-1), "DELETE /1");
});

test("missing push access is reported before there is anything to push", async (t) => {
  const { server, repository } = await opened(t, { [uploads]: { status: 403, body: absent.body ?? "" } });
  {
    await using expected = repository.expectBlobs(1, there, signal);
    await assert.rejects(expected.ready, { code: "UNAUTHORIZED" });
  }
  assert.deepEqual(server.lines, [uploads]);
});

test("no authorization is sent before the blob's image is known", async (t) => {
  const guard: ScriptLine = ({ headers }) =>
    headers["authorization"] === undefined ? { status: 401, headers: { "www-authenticate": "Basic realm=x" } } : at("/1");
  const { server, repository } = await opened(t, { [uploads]: guard, "DELETE /1": { status: 204 } });
  const missing = Promise.reject(new TouchmarkError("NO_SUCH_IMAGE", "no"));
  missing.catch(() => undefined);
  {
    await using expected = repository.expectBlobs(1, missing, signal);
    await assert.rejects(expected.ready, { code: "NO_SUCH_IMAGE" });
  }
  assert.deepEqual(server.lines, [uploads]);
  {
    await using expected = repository.expectBlobs(1, there, signal);
    await expected.ready;
    // Known credentials wait too.
    await using none = repository.expectBlobs(1, missing, signal);
    await assert.rejects(none.ready, { code: "NO_SUCH_IMAGE" });
  }
  assert.deepEqual(server.lines, [uploads, uploads, uploads, "DELETE /1"]);
});

test("an upload that is still being opened when it is no longer needed is aborted", async (t) => {
  const { repository } = await opened(t, { [uploads]: () => new Promise<undefined>(() => undefined) });
  const expected = repository.expectBlobs(1, there, signal);
  await expected[Symbol.asyncDispose]();
  await assert.rejects(expected.ready, { code: "INTERRUPTED" });
});
