import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { test, type TestContext } from "node:test";
import { scriptedServer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { gather } from "../core/bytes.ts";
import { TouchmarkError, type Code } from "../core/errors.ts";
import { createHttpClient } from "./http-client.ts";
import type { HttpClient, HttpRequest, StreamedBody } from "./http.ts";

const timeouts = { connect: 5000, silence: 5000 };

/** A client that does not wait between tries, and tells how long it would have. */
function patientClient(): { readonly http: HttpClient; readonly delays: number[] } {
  const delays: number[] = [];
  const http = createHttpClient({ timeouts, sleep: async (ms) => void delays.push(ms) });
  return { http, delays };
}

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url: new URL(url), maxBytes: 1000, signal: AbortSignal.timeout(10_000), ...more };
}

function refuses(code: Code, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TouchmarkError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

const cut: ScriptLine = (_, response) => void response.destroy();

test("an answer comes whole, with its headers and where it came from", async (t) => {
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

test("a body is sent with its length, and a POST without one with length 0", async (t) => {
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

test("credentials written into a URL are not sent", async (t) => {
  const server = await scriptedServer(t, { "GET /a": {} });
  await patientClient().http.request(get(`http://user:secret@${server.host}/a`));
  assert.equal(server.seen[0]?.headers["authorization"], undefined);
});

test("connections are kept for the next request", async (t) => {
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

test("T04: a body over the bound is refused by its announced length, unread", async (t) => {
  const announced: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "1001" });
    response.flushHeaders(); // and not one byte of the body
  };
  const server = await scriptedServer(t, { "GET /a": announced });
  const { http } = patientClient();
  await assert.rejects(http.request(get(`${server.origin}/a`)), refuses("LIMIT_EXCEEDED", /longer than 1000 bytes/));
});

test("T04: an endless body is cut at the bound", async (t) => {
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
  await assert.rejects(http.request(get(`${server.origin}/a`)), refuses("LIMIT_EXCEEDED", /longer than 1000 bytes/));
  await ended; // the server sees us hang up
});

test("a body of exactly the bound is taken", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { body: "x".repeat(1000) } });
  const { body } = await patientClient().http.request(get(`${server.origin}/a`));
  assert.equal(body.length, 1000);
});

test("a HEAD may announce what a GET would have", async (t) => {
  const server = await scriptedServer(t, { "HEAD /a": { headers: { "content-length": "5000", "content-encoding": "gzip" } } });
  const { status, body } = await patientClient().http.request(get(`${server.origin}/a`, { method: "HEAD" }));
  assert.deepEqual([status, body.length], [200, 0]);
});

test("of an error page only the first 64 KiB are kept, whatever the request allows", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { status: 500, body: "x".repeat(100_000) } });
  const { body } = await patientClient().http.request(get(`${server.origin}/a`, { maxBytes: 0 }));
  assert.equal(body.length, 64 * 1024);
});

test("T04: a packed body, which can be a bomb, is refused; a packed error is read as an empty one", async (t) => {
  const headers = { "content-encoding": "gzip" };
  const server = await scriptedServer(t, { "GET /a": { headers, body: "…" }, "GET /b": { status: 404, headers, body: "…" } });
  const { http } = patientClient();
  await assert.rejects(http.request(get(`${server.origin}/a`)), refuses("UNSUPPORTED", /came packed/));
  assert.deepEqual(await http.request(get(`${server.origin}/b`)).then(({ status, body }) => [status, body.length]), [404, 0]);
});

test("T04: huge headers are refused", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { headers: { "x-huge": "x".repeat(1024 * 1024) } } });
  await assert.rejects(patientClient().http.request(get(`${server.origin}/a`)), refuses("LIMIT_EXCEEDED", /header is over the limit/));
});

test("redirects are followed, a Location being relative to where it came from", async (t) => {
  const server = await scriptedServer(t, {
    "GET /a/b": { status: 302, headers: { location: "c?d" } },
    "GET /a/c?d": { status: 308, headers: { location: "/e" } },
    "GET /e": { body: "here" },
  });
  const response = await patientClient().http.request(get(`${server.origin}/a/b`, { headers: { authorization: "Basic eA==" } }));
  assert.equal(response.url.href, `${server.origin}/e`);
  assert.equal(server.seen[2]?.headers["authorization"], "Basic eA==", "the same origin keeps what it was sent");
});

test("T30, T34: a redirect to another origin takes no credential along", async (t) => {
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

test("T34: credentials stay away after a detour over another origin back home", async (t) => {
  const server = await scriptedServer(t);
  const other = await scriptedServer(t, { "GET /away": { status: 302, headers: { location: `${server.origin}/back` } } });
  server.on({ "GET /a": { status: 302, headers: { location: `${other.origin}/away` } }, "GET /back": {} });
  await patientClient().http.request(get(`${server.origin}/a`, { headers: { authorization: "Basic eA==" } }));
  assert.equal(server.seen[1]?.headers["authorization"], undefined);
});

test("a request for one host alone is not sent on", async (t) => {
  const other = await scriptedServer(t);
  const server = await scriptedServer(t, { "GET /a": { status: 302, headers: { location: `${other.origin}/b` } } });
  const { http } = patientClient();
  const response = await http.request(get(`${server.origin}/a`, { redirects: false }));
  assert.equal(response.status, 302);
  assert.deepEqual(other.seen, []);
});

test("a redirect without end is given up", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { status: 302, headers: { location: "/a" } } });
  await assert.rejects(patientClient().http.request(get(`${server.origin}/a`)), refuses("LIMIT_EXCEEDED", /more than 5 times/));
  assert.equal(server.seen.length, 6);
});

test("a redirect to what is not HTTP is refused", async (t) => {
  const server = await scriptedServer(t, {
    "GET /a": { status: 302, headers: { location: "file:///etc/passwd" } },
    "GET /b": { status: 302, headers: { location: "http://[" } },
  });
  const { http } = patientClient();
  await assert.rejects(http.request(get(`${server.origin}/a`)), refuses("UNREACHABLE", /file: is not a scheme/));
  await assert.rejects(http.request(get(`${server.origin}/b`)), refuses("UNREACHABLE", /not a URL/));
});

test("a PUT or POST does not follow redirects", async (t) => {
  const away = { status: 307, headers: { location: "/elsewhere" } };
  const server = await scriptedServer(t, { "PUT /a": away, "POST /a": away });
  const { http } = patientClient();
  assert.equal((await http.request(get(`${server.origin}/a`, { method: "PUT" }))).status, 307);
  assert.equal((await http.request(get(`${server.origin}/a`, { method: "POST" }))).status, 307);
});

test("a busy host is asked again, ever later, and four times in all", async (t) => {
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
  test(`${status} with Retry-After is asked again after that time`, async (t) => {
    const server = await scriptedServer(t, { "PUT /a": [{ status, headers: { "retry-after": "7" } }, { status: 201 }] });
    const { http, delays } = patientClient();
    assert.equal((await http.request(get(`${server.origin}/a`, { method: "PUT", body: Buffer.from("x") }))).status, 201);
    assert.deepEqual(delays, [7000]);
    assert.equal(Buffer.from(server.seen[1]?.body ?? []).toString(), "x");
  });
}

test("a host that asks for more patience than we have is taken at its word", async (t) => {
  const server = await scriptedServer(t, { "GET /a": { status: 429, headers: { "retry-after": "3600" } } });
  const { http, delays } = patientClient();
  assert.equal((await http.request(get(`${server.origin}/a`))).status, 429);
  assert.deepEqual([server.seen.length, delays], [1, []]);
});

test("a POST is sent once", async (t) => {
  const server = await scriptedServer(t, { "POST /busy": { status: 503 }, "POST /cut": cut });
  const { http } = patientClient();
  assert.equal((await http.request(get(`${server.origin}/busy`, { method: "POST" }))).status, 503);
  await assert.rejects(http.request(get(`${server.origin}/cut`, { method: "POST" })), refuses("UNREACHABLE", /was cut/));
  assert.equal(server.seen.length, 2);
});

test("a POST that may be repeated is tried again, with its body", async (t) => {
  const server = await scriptedServer(t, { "POST /busy": [{ status: 503 }, { status: 503 }, { status: 201 }] });
  const http = createHttpClient({ sleep: async () => {} });
  const request = get(`${server.origin}/busy`, { method: "POST", body: Buffer.from("once"), repeatable: true });
  assert.equal((await http.request(request)).status, 201);
  assert.deepEqual(
    server.seen.map(({ body }) => Buffer.from(body).toString()),
    ["once", "once", "once"],
  );
});

test("a connection that breaks in the middle of the body is tried again", async (t) => {
  const broken: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234", () => response.destroy());
  };
  const server = await scriptedServer(t, { "GET /a": [broken, cut, { body: "0123456789" }] });
  const { http, delays } = patientClient();
  assert.equal(Buffer.from((await http.request(get(`${server.origin}/a`))).body).toString(), "0123456789");
  assert.equal(delays.length, 2);
});

test("a connection that always breaks is given up with host, port and what happened", async (t) => {
  const server = await scriptedServer(t, { "GET /a?token=secret": cut });
  const url = `http://user:secret@${server.host}/a?token=secret`;
  await assert.rejects(patientClient().http.request(get(url)), refuses("UNREACHABLE", /^[\d.:]+ cannot be used: the connection was cut$/));
  assert.equal(server.lines.length, 4);
});

test("a refused connection is said to be one, at once", async (t) => {
  const { port } = await listening(t, createServer(), true);
  const { http, delays } = patientClient();
  await assert.rejects(
    http.request(get(`http://127.0.0.1:${port}/`)),
    refuses("UNREACHABLE", new RegExp(`127.0.0.1:${port} .*was refused`)),
  );
  assert.deepEqual(delays, []);
});

test("what is not HTTP is refused", async (t) => {
  const { port } = await listening(
    t,
    createServer((socket) => void socket.on("error", () => {}).end("220 mail.example.com ESMTP\r\n")),
  );
  await assert.rejects(patientClient().http.request(get(`http://127.0.0.1:${port}/`)), refuses("UNREACHABLE", /does not answer in HTTP/));
});

test("TLS is not spoken to a host without it", async (t) => {
  const server = await scriptedServer(t);
  await assert.rejects(patientClient().http.request(get(`https://${server.host}/`)), refuses("INSECURE_REGISTRY", /does not speak TLS/));
});

test("a host that accepts and says nothing times out", async (t) => {
  const { port } = await listening(
    t,
    createServer((socket) => void socket.on("error", () => {})),
  );
  const http = createHttpClient({ timeouts: { connect: 5000, silence: 30 } });
  await assert.rejects(http.request(get(`http://127.0.0.1:${port}/`)), refuses("TIMEOUT", /did not answer within 0.03 s/));
});

test("a host that falls silent in the middle of the body times out", async (t) => {
  const silent: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234");
  };
  const server = await scriptedServer(t, { "GET /a": silent });
  const http = createHttpClient({ timeouts: { connect: 5000, silence: 30 } });
  await assert.rejects(http.request(get(`${server.origin}/a`)), refuses("TIMEOUT", /did not answer within 0.03 s/));
});

test("a TLS handshake that does not end times out", async (t) => {
  const { port } = await listening(
    t,
    createServer((socket) => void socket.on("error", () => {})),
  );
  const http = createHttpClient({ timeouts: { connect: 30, silence: 5000 } });
  await assert.rejects(http.request(get(`https://127.0.0.1:${port}/`)), refuses("TIMEOUT", /did not answer within 0.03 s/));
});

test("an aborted signal ends the request, whenever it is", async (t) => {
  const controller = new AbortController();
  const reason = new TouchmarkError("INTERRUPTED", "the user said stop");
  const abort: ScriptLine = () => {
    controller.abort(reason);
    return undefined;
  };
  const server = await scriptedServer(t, { "GET /a": abort });
  const { http } = patientClient();
  const request = get(`${server.origin}/a`, { signal: controller.signal });
  await assert.rejects(http.request(request), (error) => error === reason);
  await assert.rejects(http.request(request), (error) => error === reason);
  assert.equal(server.seen.length, 1, "nothing is sent under a signal that is aborted already");
});

test("an aborted signal ends the body", async (t) => {
  const controller = new AbortController();
  const half: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234", () => setImmediate(() => controller.abort()));
  };
  const server = await scriptedServer(t, { "GET /a": half });
  await assert.rejects(
    patientClient().http.request(get(`${server.origin}/a`, { signal: controller.signal })),
    refuses("INTERRUPTED", /interrupted/),
  );
});

test("an aborted signal ends the wait for the next try", async (t) => {
  const controller = new AbortController();
  const busy: ScriptLine = () => {
    setImmediate(() => controller.abort());
    return { status: 503, headers: { "retry-after": "30" } };
  };
  const server = await scriptedServer(t, { "GET /a": busy });
  await assert.rejects(
    createHttpClient().request(get(`${server.origin}/a`, { signal: controller.signal })),
    refuses("INTERRUPTED", /interrupted/),
  );
});

test("the time of the whole command running out is a TIMEOUT", async (t) => {
  const server = await scriptedServer(t, { "GET /a": () => undefined });
  const { http } = patientClient();
  await assert.rejects(
    http.request(get(`${server.origin}/a`, { signal: AbortSignal.timeout(30) })),
    refuses("TIMEOUT", /time allowed ran out/),
  );
});

function streamed(...chunks: readonly string[]): { readonly body: StreamedBody; readonly opened: () => number } {
  let opened = 0;
  async function* open(): AsyncGenerator<Uint8Array> {
    opened++;
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  return { body: { length: chunks.join("").length, open }, opened: () => opened };
}

test("a streamed answer comes in pieces; what breaks on the way is thrown on the way", async (t) => {
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
  await assert.rejects(gather(broken.content), refuses("UNREACHABLE", /was cut/));
  const { status, body } = await http.open(get(`${server.origin}/none`));
  assert.deepEqual([status, Buffer.from(body).toString(), delays], [404, "none", []]);
});

test("who stops reading a streamed answer hangs up", async (t) => {
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

test("a streamed body is sent with its length, and from its beginning where a busy host wants it again", async (t) => {
  const server = await scriptedServer(t, { "PUT /a": [{ status: 503 }, { status: 201 }] });
  const { body, opened } = streamed("01234", "56789");
  assert.equal((await patientClient().http.request(get(`${server.origin}/a`, { method: "PUT", body }))).status, 201);
  assert.equal(opened(), 2);
  for (const { headers, body: received } of server.seen) {
    assert.deepEqual([headers["content-length"], headers["transfer-encoding"]], ["10", undefined]);
    assert.equal(Buffer.from(received).toString(), "0123456789");
  }
});

test("a streamed body whose connection breaks is not sent again here", async (t) => {
  const server = await scriptedServer(t, { "PUT /a": cut });
  const { body, opened } = streamed("0123456789");
  await assert.rejects(patientClient().http.request(get(`${server.origin}/a`, { method: "PUT", body })), refuses("UNREACHABLE", /was cut/));
  assert.equal(opened(), 1);
});

test("a streamed body that breaks ends the request with its own error", async (t) => {
  const server = await scriptedServer(t);
  const error = new TouchmarkError("DIGEST_MISMATCH", "not what it should be");
  async function* open(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("01234");
    throw error;
  }
  const request = get(`${server.origin}/a`, { method: "PUT", body: { length: 10, open } });
  await assert.rejects(patientClient().http.request(request), (thrown) => thrown === error);
});

test("an answer that comes before the body's end ends the sending", async (t) => {
  const server = createHttpServer((_, response) => void response.writeHead(413).end("too much"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  let sent = 0;
  async function* open(): AsyncGenerator<Uint8Array> {
    for (; sent < 1000; sent++) {
      yield Buffer.alloc(100_000);
      await new Promise(setImmediate);
    }
  }
  const request = get(`http://127.0.0.1:${address.port}/a`, { method: "PUT", body: { length: 100_000_000, open } });
  const { status, body } = await patientClient().http.request(request);
  assert.deepEqual([status, Buffer.from(body).toString()], [413, "too much"]);
  assert.ok(sent < 1000, `${sent}`);
});

test("a redirect to another origin takes the range along", async (t) => {
  const other = await scriptedServer(t, { "GET /blob": { status: 206, body: "56789" } });
  const server = await scriptedServer(t, { "GET /a": { status: 307, headers: { location: `${other.origin}/blob` } } });
  await patientClient().http.request(get(`${server.origin}/a`, { headers: { range: "bytes=5-", authorization: "Basic eA==" } }));
  assert.deepEqual([other.seen[0]?.headers["range"], other.seen[0]?.headers["authorization"]], ["bytes=5-", undefined]);
});

async function listening(t: TestContext, server: Server, closed = false): Promise<AddressInfo> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => sockets.add(socket));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  if (closed) await close();
  else t.after(close);
  return address;
}
