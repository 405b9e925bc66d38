/** Tests redirects, and which headers they carry. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedServer } from "../../test/fakes/scripted-registry.ts";
import { patientClient, get } from "./http-fixture.test.ts";

test("redirects are followed, with Location relative to the redirecting URL", async (t) => {
  const server = await scriptedServer(t, {
    "GET /a/b": { status: 302, headers: { location: "c?d" } },
    "GET /a/c?d": { status: 308, headers: { location: "/e" } },
    "GET /e": { body: "here" },
  });
  const response = await patientClient().http.request(get(`${server.origin}/a/b`, { headers: { authorization: "Basic eA==" } }));
  assert.equal(response.url.href, `${server.origin}/e`);
  assert.equal(server.seen[2]?.headers["authorization"], "Basic eA==", "the same origin keeps what it was sent");
});

test("a redirect to another origin carries no credentials", async (t) => {
  const other = await scriptedServer(t, { "GET /blob": { body: "here" } });
  const server = await scriptedServer(t, { "GET /a": { status: 307, headers: { location: `${other.origin}/blob` } } });
  const headers = { authorization: "Basic eA==", cookie: "a=b", "x-registry-auth": "secret", accept: "text/plain" };
  const response = await patientClient().http.request(get(`${server.origin}/a`, { headers }));
  assert.equal(Buffer.from(response.body).toString(), "here");
  const { authorization, cookie, accept, "x-registry-auth": custom } = other.seen[0]?.headers ?? {};
  assert.deepEqual(
    { authorization, cookie, custom, accept },
    { authorization: undefined, cookie: undefined, custom: undefined, accept: "text/plain" },
  );
});

test("credentials are not restored by a redirect back to the first origin", async (t) => {
  const server = await scriptedServer(t);
  const other = await scriptedServer(t, { "GET /away": { status: 302, headers: { location: `${server.origin}/back` } } });
  server.on({ "GET /a": { status: 302, headers: { location: `${other.origin}/away` } }, "GET /back": {} });
  await patientClient().http.request(get(`${server.origin}/a`, { headers: { authorization: "Basic eA==" } }));
  assert.equal(server.seen[1]?.headers["authorization"], undefined);
});

test("a request restricted to one host is not redirected", async (t) => {
  const other = await scriptedServer(t);
  const server = await scriptedServer(t, { "GET /a": { status: 302, headers: { location: `${other.origin}/b` } } });
  const { http } = patientClient();
  const response = await http.request(get(`${server.origin}/a`, { redirects: false }));
  assert.equal(response.status, 302);
  assert.deepEqual(other.seen, []);
});

test("endless redirects end with an error", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { status: 302, headers: { location: "/a" } } });
  await assert.rejects(patientClient().http.request(get(`${server.origin}/a`)), { code: "LIMIT_EXCEEDED", message: /more than 5 times/ });
  assert.equal(server.seen.length, 6);
});

test("a redirect to another scheme than HTTP is refused", async (t) => {
  const server = await scriptedServer(t, {
    "GET /a": { status: 302, headers: { location: "file:///etc/passwd" } },
    "GET /b": { status: 302, headers: { location: "http://[" } },
  });
  const { http } = patientClient();
  await assert.rejects(http.request(get(`${server.origin}/a`)), { code: "UNREACHABLE", message: /file: is not a scheme/ });
  await assert.rejects(http.request(get(`${server.origin}/b`)), { code: "UNREACHABLE", message: /an invalid URL/ });
});

test("a PUT or POST does not follow redirects", async (t) => {
  const away = { status: 307, headers: { location: "/elsewhere" } };
  const server = await scriptedServer(t, { "PUT /a": away, "POST /a": away });
  const { http } = patientClient();
  assert.equal((await http.request(get(`${server.origin}/a`, { method: "PUT" }))).status, 307);
  assert.equal((await http.request(get(`${server.origin}/a`, { method: "POST" }))).status, 307);
});

test("a redirect to another origin keeps the Range header", async (t) => {
  const other = await scriptedServer(t, { "GET /blob": { status: 206, body: "56789" } });
  const server = await scriptedServer(t, { "GET /a": { status: 307, headers: { location: `${other.origin}/blob` } } });
  await patientClient().http.request(get(`${server.origin}/a`, { headers: { range: "bytes=5-", authorization: "Basic eA==" } }));
  assert.deepEqual([other.seen[0]?.headers["range"], other.seen[0]?.headers["authorization"]], ["bytes=5-", undefined]);
});
