/** The routes over another backend than the storage: one that forwards content of another registry, as a gate does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gather, streamOf } from "../../../core/bytes.ts";
import { digestOf } from "../../../core/digest.ts";
import { requestOf } from "../../http/fixture.test.ts";
import { resolveRange } from "../../http/range.ts";
import { isStreamBody, type ApiResponse } from "../../http/response.ts";
import type { BlobBackend, RegistryBackend } from "../backend.ts";
import { rangeError, RegistryError } from "../registry-error.ts";
import { registryApi } from "./api.ts";

const content = Buffer.from("0123456789");
const digest = digestOf(content);
const refusal = (): RegistryError => new RegistryError("DENIED", "this registry is read only");
const denied = async (): Promise<never> => {
  throw refusal();
};

const blobs: BlobBackend = {
  size: async () => content.length,
  async get(_name, _digest, asked) {
    const range = asked && resolveRange(asked, content.length);
    if (asked && !range) throw rangeError(content.length);
    const bytes = range ? content.subarray(range.start, range.end + 1) : content;
    return { size: content.length, ...(range && { range }), body: { stream: streamOf(bytes), size: bytes.length } };
  },
  mount: async () => false,
  remove: denied,
};

const backend: RegistryBackend = {
  blobs,
  uploads: { start: denied, size: denied, append: denied, finish: denied, cancel: denied },
  manifests: { get: denied, put: denied, remove: denied, untag: denied },
  tags: { page: denied },
  referrers: {
    list() {
      throw refusal();
    },
  },
};

/** Only a request with credentials gets a backend. */
const api = registryApi((request) => {
  if (request.header("authorization") === "Basic eDp5") return backend;
  throw new RegistryError("UNAUTHORIZED", "log in", { headers: { "WWW-Authenticate": 'Basic realm="test"' } });
});
const headers = { authorization: "Basic eDp5" };

async function textOf({ body = "" }: ApiResponse): Promise<string> {
  assert.ok(typeof body === "object" && isStreamBody(body));
  return Buffer.from(await gather(body.stream)).toString();
}

test("a blob is forwarded as the backend's stream, whole or a range of it", async () => {
  const path = `/v2/app/blobs/${digest}`;
  const whole = await api(requestOf(path, { headers }));
  assert.deepEqual([whole.status, await textOf(whole)], [200, "0123456789"]);
  const part = await api(requestOf(path, { headers: { ...headers, range: "bytes=2-4" } }));
  assert.deepEqual([part.status, part.headers?.["Content-Range"], await textOf(part)], [206, "bytes 2-4/10", "234"]);
  const none = await api(requestOf(path, { headers: { ...headers, range: "bytes=10-" } }));
  assert.deepEqual([none.status, none.headers?.["Content-Range"]], [416, "bytes */10"]);
});

test("credentials are required, and a refusal of the backend is DENIED", async () => {
  const anonymous = await api(requestOf("/v2/"));
  assert.deepEqual([anonymous.status, anonymous.headers?.["WWW-Authenticate"]], [401, 'Basic realm="test"']);
  assert.equal((await api(requestOf("/v2/", { headers }))).status, 200);
  for (const [method, path] of [
    ["GET", "manifests/v1"],
    ["GET", "tags/list"],
    ["GET", `referrers/${digest}`],
    ["POST", "blobs/uploads/"],
    ["DELETE", `blobs/${digest}`],
  ] as const) {
    assert.equal((await api(requestOf(`/v2/app/${path}`, { method, headers }))).status, 403, `${method} ${path}`);
  }
});
