import assert from "node:assert/strict";
import { test } from "node:test";
import { TouchmarkError } from "../../core/errors.ts";
import { jsonOf, requestOf } from "./fixture.test.ts";
import { readBody } from "./request.ts";
import { router, type Route } from "./router.ts";

const routes: readonly Route[] = [
  {
    name: "things",
    path: /^\/things\/(?<thing>[^/]+)$/,
    methods: {
      GET: (_request, { thing }) => ({ status: 200, body: thing ?? "" }),
      POST: async (request) => ({ status: 201, body: await readBody(request) }),
    },
    maxBodyBytes: 4,
  },
  { name: "any thing", path: /^\/things\/.*$/, methods: { PUT: () => ({ status: 200 }) } },
  {
    name: "fails",
    path: /^\/fails$/,
    methods: {
      GET: () => {
        throw new TouchmarkError("POLICY_DENIED", "not this image", { hint: "Sign it." });
      },
      PUT: () => Promise.reject(new Error("/secret/path")),
    },
  },
];
const handler = router({ routes });

test("the first matching route handles a request, HEAD as GET, and is named", async () => {
  for (const method of ["GET", "HEAD"]) {
    assert.deepEqual(await handler(requestOf("/things/a%2Fb", { method })), { status: 200, body: "a%2Fb", route: "things" });
  }
  const { status, headers, route } = await handler(requestOf("/things/a", { method: "PUT" }));
  assert.deepEqual([status, headers?.["Allow"], route], [405, "GET, HEAD, POST", "things"]);
  assert.equal((await handler(requestOf("/things/a", { method: "constructor" }))).status, 405);
});

test("an unknown path is 404, with the request's id", async () => {
  const response = await handler(requestOf("/nothing"));
  assert.deepEqual([response.status, response.route], [404, "none"]);
  assert.deepEqual(jsonOf(response), { error: { code: "NOT_FOUND", message: "there is no such endpoint", requestId: "id-1" } });
});

test("a body over the route's limit is 413, announced or not", async () => {
  for (const headers of [{ "content-length": "5" }, {}]) {
    const response = await handler(requestOf("/things/a", { method: "POST", body: "12345", headers }));
    assert.equal(response.status, 413);
  }
  const response = await handler(requestOf("/things/a", { method: "POST", body: "1234" }));
  assert.deepEqual(response, { status: 201, body: Buffer.from("1234"), route: "things" });
});

test("errors have the catalogue's status, and those of the server itself reveal nothing", async () => {
  const denied = await handler(requestOf("/fails"));
  assert.equal(denied.status, 403);
  assert.deepEqual(jsonOf(denied), {
    error: { code: "POLICY_DENIED", message: "not this image", hint: "Sign it.", requestId: "id-1" },
  });
  const failed = await handler(requestOf("/fails", { method: "PUT" }));
  assert.equal(failed.status, 500);
  assert.deepEqual(jsonOf(failed), { error: { code: "INTERNAL", message: "the server failed", requestId: "id-1" } });
});
