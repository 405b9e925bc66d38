/**
 * The contract of server adapters: what a handler may rely on, and what a client sees. The server may run in another process, since it is
 * only used over a socket.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { it, type TestContext } from "node:test";
import { endlessChunk, parts, type ContractState } from "./http-handler.ts";

export interface ContractServer {
  readonly host: string;
  readonly port: number;
  /** The content of which `/file` sends parts; several buffers long. */
  readonly content: Buffer;
  /** Drains for half a second at most. */
  readonly close: () => Promise<void>;
}

/** `start` starts a server for `contractHandler` that ends with the test. */
export function serverContract(start: (t: TestContext) => Promise<ContractServer>): void {
  const whole = parts.join("");

  void it("sends bytes with their length, and takes a harmless request id", async (t) => {
    const server = await start(t);
    const reply = await send(server, "/bytes", { headers: { "X-Request-Id": "abc-1" } });
    assert.deepEqual([reply.status, reply.body.toString(), reply.headers["content-length"]], [200, "hello", "5"]);
    assert.equal(reply.headers["content-type"], "text/plain");
    assert.equal(reply.headers["x-request-id"], "abc-1");
    const other = await send(server, "/bytes", { headers: { "X-Request-Id": "a b" } });
    assert.match(other.headers["x-request-id"]?.toString() ?? "", /^[\w-]{8,64}$/);
    const empty = await send(server, "/empty");
    assert.deepEqual([empty.status, empty.headers["content-length"], empty.body.length], [204, undefined, 0]);
  });

  void it("answers HEAD with the headers of GET, whatever the body is", async (t) => {
    const server = await start(t);
    for (const [path, length] of [
      ["/bytes", "5"],
      ["/file?start=1&end=3", "2"],
      ["/stream/sized", String(whole.length)],
    ] as const) {
      const reply = await send(server, path, { method: "HEAD" });
      assert.deepEqual([reply.headers["content-length"], reply.body.length], [length, 0], path);
    }
    assert.equal((await send(server, "/endless", { method: "HEAD" })).body.length, 0);
    assert.equal((await stateOf(server)).pulled, 0);
  });

  void it("sends any range of a file", async (t) => {
    const server = await start(t);
    const { content } = server;
    const { length } = content;
    for (const [from, to] of [
      [0, length],
      [0, 1],
      [5, 5],
      [length - 1, length],
      [4_000_000, 9_000_001],
      [123_456, length - 7],
    ] as const) {
      const reply = await send(server, `/file?start=${from}&end=${to}`);
      assert.deepEqual([reply.status, reply.headers["content-length"]], [206, String(to - from)]);
      assert.ok(reply.body.equals(content.subarray(from, to)), `${from} to ${to}`);
    }
  });

  void it("sends files to many clients at once, each its own", async (t) => {
    const server = await start(t);
    const starts = Array.from({ length: 80 }, (_, i) => i * 1000);
    const replies = await Promise.all(starts.map((from) => send(server, `/file?start=${from}&end=${from + 1_500_000}`)));
    for (const [i, { body }] of replies.entries()) {
      const from = starts[i] ?? 0;
      assert.ok(body.equals(server.content.subarray(from, from + 1_500_000)), String(from));
    }
  });

  void it("answers 500 for a file that is not there and for a handler that throws, and tells no secrets", async (t) => {
    const server = await start(t);
    for (const path of ["/file/missing", "/throws"]) {
      const reply = await send(server, path);
      assert.equal(reply.status, 500, path);
      const { error } = JSON.parse(reply.body.toString());
      assert.deepEqual([error.code, error.requestId], ["INTERNAL", reply.headers["x-request-id"]]);
      assert.doesNotMatch(reply.body.toString(), /secret|missing/);
    }
  });

  void it("sends streams whose chunks share a buffer", async (t) => {
    const server = await start(t);
    for (const [path, length] of [
      ["/stream/unsized", undefined],
      ["/stream/sized", String(whole.length)],
    ] as const) {
      const reply = await send(server, path);
      assert.deepEqual([reply.body.toString(), reply.headers["content-length"]], [whole, length]);
    }
    await until(async () => (await stateOf(server)).finished === 2);
  });

  void it("cuts the connection when a body ends before its time or is too long, and goes on", async (t) => {
    const server = await start(t);
    const paths = ["/stream/fails", "/stream/short", "/stream/long", `/file?start=0&end=${server.content.length + 1}`];
    for (const path of paths) await assert.rejects(send(server, path), path);
    assert.equal((await send(server, "/bytes")).status, 200);
    await until(async () => (await stateOf(server)).finished === paths.length);
  });

  void it("resets the connection for HTTP/1.0, where the end of the connection is the end of a body", async (t) => {
    const server = await start(t);
    const socket = connect(server.port, server.host);
    const ended = new Promise((resolve) => socket.on("error", resolve).on("end", () => resolve("a good end")));
    socket.resume().write("GET /stream/fails HTTP/1.0\r\n\r\n");
    assert.equal((await ended) instanceof Error, true, String(await ended));
  });

  void it("tells a handler, a stream and a file that the client has gone", async (t) => {
    const server = await start(t);
    for (const path of ["/waits", "/endless", `/file?start=0&end=${server.content.length}`]) {
      const socket = open(server, path);
      if (path === "/waits") await until(async () => (await stateOf(server)).waiting === 1);
      else await once(socket, "readable"); // reads no more than a little
      socket.destroy();
    }
    await until(async () => {
      const { aborted, closed, finished } = await stateOf(server);
      return aborted === 1 && closed === 1 && finished === 2;
    });
  });

  void it("takes no more from a stream than the client reads", async (t) => {
    const server = await start(t);
    const socket = open(server, "/endless");
    t.after(() => socket.destroy());
    let before = -1;
    await until(async () => {
      const { pulled } = await stateOf(server);
      const rests = pulled > 0 && pulled === before;
      before = pulled;
      return rests;
    }, 50);
    assert.ok(before * endlessChunk < 64 * 2 ** 20, `${before} chunks`);
  });

  void it("gives a handler the body, and tells it when the body breaks off", async (t) => {
    const server = await start(t);
    const body = server.content.subarray(0, 300_000);
    assert.ok((await send(server, "/echo", { method: "POST", body })).body.equals(body));
    const socket = connect(server.port, server.host);
    const sent = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123";
    await new Promise((resolve) => socket.write(sent, resolve));
    socket.destroy();
    await until(async () => (await stateOf(server)).broken === 1);
  });

  void it("answers while the client still sends, throws the rest away, and keeps the connection", async (t) => {
    const server = await start(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const first = await send(server, "/bytes", { method: "POST", body: Buffer.alloc(8 * 2 ** 20), agent });
    const second = await send(server, "/bytes", { agent });
    assert.deepEqual([first.status, second.status, second.localPort], [200, 200, first.localPort]);
  });

  void it("answers requests that come before their answers are read, in order", async (t) => {
    const server = await start(t);
    const socket = connect(server.port, server.host).setEncoding("latin1");
    let text = "";
    socket.on("data", (part: string) => (text += part));
    socket.write("GET /takes?ms=20 HTTP/1.1\r\nHost: x\r\n\r\nGET /stream/sized HTTP/1.1\r\nHost: x\r\n\r\n");
    socket.write("GET /bytes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await once(socket, "close");
    assert.match(text, /^HTTP\/1\.1 200 .*\r\n\r\ndoneHTTP\/1\.1 200 .*\r\n\r\none two threeHTTP\/1\.1 200 .*\r\n\r\nhello$/s);
  });

  void it("finishes what is under way when it closes, and cuts what takes too long", async (t) => {
    const server = await start(t);
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    await send(server, "/bytes", { agent }); // leaves an idle connection
    const taking = send(server, "/takes?ms=100", { agent });
    const stuck = assert.rejects(send(server, "/waits", { agent }));
    await until(async () => (await stateOf(server)).waiting === 2);
    const closed = server.close();
    const { status, body, headers } = await taking;
    assert.deepEqual([status, body.toString(), headers.connection], [200, "done", "close"]);
    await Promise.all([stuck, closed]);
    await assert.rejects(send(server, "/bytes"), { code: "ECONNREFUSED" });
  });
}

interface ContractCall {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly agent?: Agent;
}

interface ContractReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly localPort: number | undefined;
}

/** Rejects if the connection is cut before the answer is whole. */
function send(
  { host, port }: ContractServer,
  path: string,
  { method = "GET", headers = {}, body, agent }: ContractCall = {},
): Promise<ContractReply> {
  return new Promise((resolve, reject) => {
    const length = body ? { "Content-Length": body.length } : {};
    const request = httpRequest({ host, port, path, method, headers: { ...length, ...headers }, agent: agent ?? false }, (response) => {
      const { localPort } = response.socket;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks), localPort });
      });
    });
    request.on("error", reject).end(body);
  });
}

/** Sends a request and reads nothing. */
function open({ host, port }: ContractServer, path: string): Socket {
  const socket = connect(port, host);
  socket.on("error", () => undefined).write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
}

async function stateOf(server: ContractServer): Promise<ContractState> {
  return JSON.parse((await send(server, "/state")).body.toString());
}

async function until(isSo: () => Promise<boolean>, pause = 2, tries = 2000): Promise<void> {
  if (await isSo()) return;
  assert.ok(tries > 0, "it never came to be");
  await new Promise((resolve) => setTimeout(resolve, pause));
  await until(isSo, pause, tries - 1);
}
