import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../../../core/digest.ts";
import { errorCode, testRegistry } from "../fixture.test.ts";

const content = "0123456789";
const absent = digestOf(Buffer.from("never pushed"));

test("a blob is pulled whole, and HEAD has the same headers without it", async (t) => {
  const { send, pushBlob } = await testRegistry(t);
  const digest = await pushBlob("app", content);
  const whole = await send("GET", `/v2/app/blobs/${digest}`);
  assert.equal(whole.status, 200);
  assert.equal(whole.body.toString(), content);
  assert.equal(whole.headers["content-length"], "10");
  assert.equal(whole.headers["docker-content-digest"], digest);
  assert.equal(whole.headers["accept-ranges"], "bytes");
  assert.equal(whole.headers["docker-distribution-api-version"], "registry/2.0");

  const head = await send("HEAD", `/v2/app/blobs/${digest}`);
  assert.equal(head.status, 200);
  assert.equal(head.body.length, 0);
  const own = { date: whole.headers.date, "x-request-id": whole.headers["x-request-id"] };
  assert.deepEqual({ ...head.headers, ...own }, whole.headers);
});

test("an empty blob is valid", async (t) => {
  const { send, pushBlob } = await testRegistry(t);
  const digest = await pushBlob("app", "");
  const reply = await send("GET", `/v2/app/blobs/${digest}`);
  assert.deepEqual([reply.status, reply.headers["content-length"], reply.body.length], [200, "0", 0]);
});

test("a part of a blob is pulled with Range", async (t) => {
  const { send, pushBlob } = await testRegistry(t);
  const path = `/v2/app/blobs/${await pushBlob("app", content)}`;
  const parts: readonly (readonly [range: string, body: string, contentRange: string])[] = [
    ["bytes=2-4", "234", "bytes 2-4/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-2", "89", "bytes 8-9/10"],
    ["bytes=8-99", "89", "bytes 8-9/10"],
    ["bytes=-99", content, "bytes 0-9/10"],
  ];
  for (const [range, body, contentRange] of parts) {
    const reply = await send("GET", path, { headers: { Range: range } });
    assert.deepEqual([reply.status, reply.body.toString(), reply.headers["content-range"]], [206, body, contentRange], range);
    assert.equal(reply.headers["content-length"], String(body.length));
    assert.equal(reply.headers["docker-content-digest"], path.slice("/v2/app/blobs/".length));
  }
});

test("an unsatisfiable range is refused, an invalid one is ignored", async (t) => {
  const { send, pushBlob } = await testRegistry(t);
  const path = `/v2/app/blobs/${await pushBlob("app", content)}`;
  for (const range of ["bytes=10-", "bytes=-0", `bytes=${"9".repeat(400)}-`]) {
    const reply = await send("GET", path, { headers: { Range: range } });
    assert.deepEqual([reply.status, reply.headers["content-range"], errorCode(reply)], [416, "bytes */10", "SIZE_INVALID"], range);
  }
  for (const range of ["bytes=4-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=x"]) {
    const reply = await send("GET", path, { headers: { Range: range } });
    assert.deepEqual([reply.status, reply.body.toString()], [200, content], range);
  }
});

test("a blob belongs only to the repository to which it was pushed", async (t) => {
  const { send, pushBlob } = await testRegistry(t);
  const digest = await pushBlob("app", content);
  for (const path of [`/v2/other/blobs/${digest}`, `/v2/app/sub/blobs/${digest}`, `/v2/app/blobs/${absent}`]) {
    const reply = await send("GET", path);
    assert.deepEqual([reply.status, errorCode(reply)], [404, "BLOB_UNKNOWN"], path);
    const head = await send("HEAD", path);
    assert.deepEqual([head.status, head.headers["content-length"]], [404, reply.headers["content-length"]]);
  }
});

test("a deleted blob is removed only from its repository", async (t) => {
  const { send, pushBlob } = await testRegistry(t);
  const digest = await pushBlob("app", content);
  await pushBlob("other", content);
  assert.equal((await send("DELETE", `/v2/app/blobs/${digest}`)).status, 202);
  assert.equal((await send("GET", `/v2/app/blobs/${digest}`)).status, 404);
  assert.equal((await send("DELETE", `/v2/app/blobs/${digest}`)).status, 404);
  assert.equal((await send("GET", `/v2/other/blobs/${digest}`)).body.toString(), content);
  await pushBlob("app", content);
  assert.equal((await send("GET", `/v2/app/blobs/${digest}`)).status, 200);
});

test("an invalid digest never gets into a path", async (t) => {
  const { send } = await testRegistry(t);
  const hex = "a".repeat(64);
  for (const target of [
    "sha256:..%2f..%2fx",
    `sha256:${hex}0`,
    `sha256:${hex.toUpperCase()}`,
    `md5:${"a".repeat(32)}`,
    "..",
    "%2e%2e",
    "sha256",
  ]) {
    const reply = await send("GET", `/v2/app/blobs/${target}`);
    assert.deepEqual([reply.status, errorCode(reply)], [400, "DIGEST_INVALID"], target);
  }
});
