/** Tests which requests are retried, when, and how often. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptedServer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { createHttpClient } from "./http-client.ts";
import { patientClient, get, cut } from "./http-fixture.test.ts";

test("a busy host is retried with growing delays, four attempts in all", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { status: 503 } });
  const { http, delays } = patientClient();
  assert.equal((await http.request(get(`${server.origin}/a`))).status, 503);
  assert.equal(server.seen.length, 4);
  const [first = 0, second = 0, third = 0] = delays;
  assert.equal(delays.length, 3);
  assert.ok(first >= 250 && first <= 500, `${first}`);
  assert.ok(second >= 500 && second <= 1000, `${second}`);
  assert.ok(third >= 1000 && third <= 2000, `${third}`);
});

for (const status of [429, 502, 503, 504]) {
  test(`${status} with Retry-After is retried after that time`, async (t) => {
    const server = await scriptedServer(t, { "PUT /a": [{ status, headers: { "retry-after": "7" } }, { status: 201 }] });
    const { http, delays } = patientClient();
    assert.equal((await http.request(get(`${server.origin}/a`, { method: "PUT", body: Buffer.from("x") }))).status, 201);
    assert.deepEqual(delays, [7000]);
    assert.equal(Buffer.from(server.seen[1]?.body ?? []).toString(), "x");
  });
}

test("a Retry-After over the maximum delay is not retried", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { status: 429, headers: { "retry-after": "3600" } } });
  const { http, delays } = patientClient();
  assert.equal((await http.request(get(`${server.origin}/a`))).status, 429);
  assert.deepEqual([server.seen.length, delays], [1, []]);
});

test("a POST is not retried", async (t) => {
  const server = await scriptedServer(t, { "POST /busy": { status: 503 }, "POST /cut": cut });
  const { http } = patientClient();
  assert.equal((await http.request(get(`${server.origin}/busy`, { method: "POST" }))).status, 503);
  await assert.rejects(http.request(get(`${server.origin}/cut`, { method: "POST" })), { code: "UNREACHABLE", message: /was cut/ });
  assert.equal(server.seen.length, 2);
});

test("429 is retried for any method, since nothing was done", async (t) => {
  const putOff = [{ status: 429, headers: { "retry-after": "2" } }, { status: 202 }];
  const server = await scriptedServer(t, { "POST /a": [...putOff], "PATCH /a": [...putOff] });
  const { http, delays } = patientClient();
  for (const method of ["POST", "PATCH"] as const) {
    assert.equal((await http.request(get(`${server.origin}/a`, { method, body: Buffer.from("x") }))).status, 202);
  }
  assert.deepEqual(delays, [2000, 2000]);
});

test("a repeatable POST is retried with its body", async (t) => {
  const server = await scriptedServer(t, { "POST /busy": [{ status: 503 }, { status: 503 }, { status: 201 }] });
  const http = createHttpClient({ sleep: async () => {} });
  const request = get(`${server.origin}/busy`, { method: "POST", body: Buffer.from("once"), repeatable: true });
  assert.equal((await http.request(request)).status, 201);
  assert.deepEqual(
    server.seen.map(({ body }) => Buffer.from(body).toString()),
    ["once", "once", "once"],
  );
});

test("a DELETE is retried", async (t) => {
  const server = await scriptedServer(t, { "DELETE /a": [{ status: 503 }, cut, { status: 404 }] });
  assert.equal((await patientClient().http.request(get(`${server.origin}/a`, { method: "DELETE" }))).status, 404);
});

test("a connection that breaks in the middle of the body is retried", async (t) => {
  const broken: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234", () => response.destroy());
  };
  const server = await scriptedServer(t, { "GET /a": [broken, cut, { body: "0123456789" }] });
  const { http, delays } = patientClient();
  assert.equal(Buffer.from((await http.request(get(`${server.origin}/a`))).body).toString(), "0123456789");
  assert.equal(delays.length, 2);
});

test("a connection that always breaks ends with an error that has host, port and reason", async (t) => {
  const server = await scriptedServer(t, { "GET /a?token=secret": cut });
  const url = `http://user:secret@${server.host}/a?token=secret`;
  await assert.rejects(patientClient().http.request(get(url)), {
    code: "UNREACHABLE",
    message: /^[\d.:]+ cannot be used: the connection was cut$/,
  });
  assert.equal(server.lines.length, 4);
});

test("the client's options bound the attempts and the delay", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { status: 503 }, "GET /b": { status: 302, headers: { location: "/b" } } });
  const delays: number[] = [];
  const limits = { tries: 6, redirects: 1, retryDelay: 400 };
  const http = createHttpClient({ limits, sleep: async (ms) => void delays.push(ms) });
  assert.equal((await http.request(get(`${server.origin}/a`))).status, 503);
  assert.equal(server.seen.length, 6);
  assert.ok(delays.length === 5 && delays.every((ms) => ms <= 400), delays.join());
  await assert.rejects(http.request(get(`${server.origin}/b`)), { code: "LIMIT_EXCEEDED", message: /more than 1 times/ });
});
