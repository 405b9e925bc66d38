import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedServer, type ScriptedAnswer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { signal, absent, opened, content, blob, blobPath } from "../../test/fakes/scripted-repository.ts";

const uploads = "POST /v2/app/blobs/uploads/";
const query = `digest=${encodeURIComponent(blob.digest)}`;

function opensAt(location: string): ScriptedAnswer {
  return { status: 202, headers: { location } };
}

test("a blob that is there is not sent", async (t) => {
  const { server, repository } = await opened(t, { [`HEAD ${blobPath}`]: {} });
  await repository.putBlob(content, signal);
  assert.equal(server.lines.length, 1);
});

test("a blob is sent whole to where the registry says, however it says it", async (t) => {
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

test("T34: credentials stay home when the upload goes elsewhere, and no question from there is answered", async (t) => {
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

test("an upload without a place, or to what is no web address, is refused", async (t) => {
  const { repository } = await opened(t, {
    [`HEAD ${blobPath}`]: absent,
    [uploads]: [{ status: 202 }, opensAt("http://["), opensAt("file:///tmp/x")],
  });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR" });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR" });
  await assert.rejects(repository.putBlob(content, signal), { code: "UNREACHABLE" });
});

test("an upload that failed is an error", async (t) => {
  const { repository } = await opened(t, { [`HEAD ${blobPath}`]: absent, [uploads]: opensAt("/u"), [`PUT /u?${query}`]: { status: 404 } });
  await assert.rejects(repository.putBlob(content, signal), { code: "REGISTRY_ERROR", message: /answers 404 to PUT/ });
});

test("an upload that seems to have failed and was stored all the same is good", async (t) => {
  const lost: ScriptLine = (_, response) => void response.destroy();
  const { repository } = await opened(t, {
    [`HEAD ${blobPath}`]: [absent, {}],
    [uploads]: opensAt("/u"),
    [`PUT /u?${query}`]: [lost, { status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' }],
  });
  await repository.putBlob(content, signal);
});
