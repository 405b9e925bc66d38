/** Tests requests and responses, and their bounds. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { scriptedServer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { patientClient, get } from "./http-fixture.test.ts";

test("a response is returned whole, with its headers and final URL", async (t) => {
  const server = await scriptedServer(t, { "GET /a?q=1": { status: 404, headers: { "x-word": "yes" }, body: "none" } });
  const { http } = patientClient();
  const response = await http.request(get(`${server.origin}/a?q=1`, { headers: { accept: "text/plain" } }));
  assert.equal(response.status, 404);
  assert.equal(response.headers.get("x-word"), "yes");
  assert.equal(Buffer.from(response.body).toString(), "none");
  assert.equal(response.url.href, `${server.origin}/a?q=1`);
  assert.equal(server.seen[0]?.headers["accept"], "text/plain");
  assert.equal(server.seen[0]?.headers["accept-encoding"], "identity");
});

test("a body is sent with its length, and a POST without a body with length 0", async (t) => {
  const server = await scriptedServer(t, { "PUT /a": {}, "POST /a": {} });
  const { http } = patientClient();
  await http.request(get(`${server.origin}/a`, { method: "PUT", body: Buffer.from("body") }));
  await http.request(get(`${server.origin}/a`, { method: "POST" }));
  assert.deepEqual(
    server.seen.map(({ headers, body }) => [headers["content-length"], Buffer.from(body).toString()]),
    [
      ["4", "body"],
      ["0", ""],
    ],
  );
});

test("credentials in a URL are not sent", async (t) => {
  const server = await scriptedServer(t, { "GET /a": {} });
  await patientClient().http.request(get(`http://user:secret@${server.host}/a`));
  assert.equal(server.seen[0]?.headers["authorization"], undefined);
});

test("connections are reused for the next request", async (t) => {
  const ports = new Set<number | undefined>();
  const line: ScriptLine = (_, response) => {
    ports.add(response.socket?.remotePort);
    return { headers: { "content-length": "1" }, body: "x" };
  };
  const server = await scriptedServer(t, { "GET /a": line, "HEAD /a": line, "GET /none": { status: 404, body: "none" } });
  const { http } = patientClient();
  await http.request(get(`${server.origin}/a`));
  await http.request(get(`${server.origin}/a`, { method: "HEAD" }));
  await http.request(get(`${server.origin}/none`));
  await http.request(get(`${server.origin}/a`));
  assert.equal(ports.size, 1);
});

test("a body over the bound is refused by its content-length, unread", async (t) => {
  const announced: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "1001" });
    response.flushHeaders(); // and no byte of the body
  };
  const server = await scriptedServer(t, { "GET /a": announced });
  const { http } = patientClient();
  await assert.rejects(http.request(get(`${server.origin}/a`)), { code: "LIMIT_EXCEEDED", message: /longer than 1000 bytes/ });
});

test("an endless body is cut at the bound", async (t) => {
  let ended: Promise<unknown> | undefined;
  const endless: ScriptLine = (_, response) => {
    ended = once(response, "close");
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(500)));
    };
    response.on("drain", more);
    more();
  };
  const server = await scriptedServer(t, { "GET /a": endless });
  const { http } = patientClient();
  await assert.rejects(http.request(get(`${server.origin}/a`)), { code: "LIMIT_EXCEEDED", message: /longer than 1000 bytes/ });
  await ended; // the server sees the client disconnect
});

test("a body of exactly the bound is accepted", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { body: "x".repeat(1000) } });
  const { body } = await patientClient().http.request(get(`${server.origin}/a`));
  assert.equal(body.length, 1000);
});

test("a HEAD response may have the content-length of a GET", async (t) => {
  const server = await scriptedServer(t, { "HEAD /a": { headers: { "content-length": "5000", "content-encoding": "gzip" } } });
  const { status, body } = await patientClient().http.request(get(`${server.origin}/a`, { method: "HEAD" }));
  assert.deepEqual([status, body.length], [200, 0]);
});

test("only the first 64 KiB of an error page are read, whatever the request allows", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { status: 500, body: "x".repeat(100_000) } });
  const { body } = await patientClient().http.request(get(`${server.origin}/a`, { maxBytes: 0 }));
  assert.equal(body.length, 64 * 1024);
});

test("a compressed body, which may be a decompression bomb, is refused; a compressed error page is read as empty", async (t) => {
  const headers = { "content-encoding": "gzip" };
  const server = await scriptedServer(t, { "GET /a": { headers, body: "…" }, "GET /b": { status: 404, headers, body: "…" } });
  const { http } = patientClient();
  await assert.rejects(http.request(get(`${server.origin}/a`)), { code: "UNSUPPORTED", message: /came packed/ });
  assert.deepEqual(await http.request(get(`${server.origin}/b`)).then(({ status, body }) => [status, body.length]), [404, 0]);
});

test("oversized headers are refused", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { headers: { "x-huge": "x".repeat(1024 * 1024) } } });
  await assert.rejects(patientClient().http.request(get(`${server.origin}/a`)), {
    code: "LIMIT_EXCEEDED",
    message: /header is over the limit/,
  });
});
