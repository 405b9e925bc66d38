/** Tests streamed bodies, in both directions. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { scriptedServer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { gather } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { cut, get, listening, patientClient } from "./http-fixture.test.ts";
import type { StreamedBody } from "./http.ts";

function streamed(...chunks: readonly string[]): { readonly body: StreamedBody; readonly opened: () => number } {
  let opened = 0;
  async function* open(): AsyncGenerator<Uint8Array> {
    opened++;
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  return { body: { length: chunks.join("").length, open }, opened: () => opened };
}

test("a streamed response arrives in pieces; a failure on the way is thrown while reading", async (t) => {
  const half: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234", () => response.destroy());
  };
  const server = await scriptedServer(t, {
    "GET /a": { body: "0123456789" },
    "GET /half": half,
    "GET /none": { status: 404, body: "none" },
  });
  const { http, delays } = patientClient();
  const whole = await http.open(get(`${server.origin}/a`));
  assert.equal(whole.body.length, 0);
  assert.equal(Buffer.from(await gather(whole.content)).toString(), "0123456789");
  const broken = await http.open(get(`${server.origin}/half`));
  await assert.rejects(gather(broken.content), { code: "UNREACHABLE", message: /was cut/ });
  const { status, body } = await http.open(get(`${server.origin}/none`));
  assert.deepEqual([status, Buffer.from(body).toString(), delays], [404, "none", []]);
});

test("ending the iteration of a streamed response closes the connection", async (t) => {
  let closed: Promise<unknown> | undefined;
  const endless: ScriptLine = (_, response) => {
    closed = once(response, "close");
    response.writeHead(200);
    response.write("some");
  };
  const server = await scriptedServer(t, { "GET /a": endless });
  const { content } = await patientClient().http.open(get(`${server.origin}/a`));
  for await (const chunk of content) {
    assert.equal(Buffer.from(chunk).toString(), "some");
    break;
  }
  await closed;
});

test("a streamed body is sent with its length, and again from its beginning on a retry", async (t) => {
  const server = await scriptedServer(t, { "PUT /a": [{ status: 503 }, { status: 201 }] });
  const { body, opened } = streamed("01234", "56789");
  assert.equal((await patientClient().http.request(get(`${server.origin}/a`, { method: "PUT", body }))).status, 201);
  assert.equal(opened(), 2);
  for (const { headers, body: received } of server.seen) {
    assert.deepEqual([headers["content-length"], headers["transfer-encoding"]], ["10", undefined]);
    assert.equal(Buffer.from(received).toString(), "0123456789");
  }
});

test("a streamed body is not retried after a broken connection", async (t) => {
  const server = await scriptedServer(t, { "PUT /a": cut });
  const { body, opened } = streamed("0123456789");
  await assert.rejects(patientClient().http.request(get(`${server.origin}/a`, { method: "PUT", body })), {
    code: "UNREACHABLE",
    message: /was cut/,
  });
  assert.equal(opened(), 1);
});

test("an error of a streamed body rejects the request with that error", async (t) => {
  const server = await scriptedServer(t);
  const error = new TouchmarkError("DIGEST_MISMATCH", "not what it should be");
  async function* open(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("01234");
    throw error;
  }
  const request = get(`${server.origin}/a`, { method: "PUT", body: { length: 10, open } });
  await assert.rejects(patientClient().http.request(request), (thrown) => thrown === error);
});

test("a response before the end of the request body ends the upload", async (t) => {
  const server = createServer((_, response) => void response.writeHead(413).end("too much"));
  const { port } = await listening(t, server);
  let sent = 0;
  async function* open(): AsyncGenerator<Uint8Array> {
    for (; sent < 1000; sent++) {
      yield Buffer.alloc(100_000);
      await new Promise(setImmediate);
    }
  }
  const request = get(`http://127.0.0.1:${port}/a`, { method: "PUT", body: { length: 100_000_000, open } });
  const { status, body } = await patientClient().http.request(request);
  assert.deepEqual([status, Buffer.from(body).toString()], [413, "too much"]);
  assert.ok(sent < 1000, `${sent}`);
});
