import assert from "node:assert/strict";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { test, type TestContext } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";
import { authority, serverIdentity } from "../../../test/fakes/pki/pki.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { router } from "./router.ts";
import { startServer, type HttpServerOptions, type RunningServer } from "./server.ts";

const api = router({ routes: [{ name: "hello", path: /^\/hello$/, methods: { GET: () => ({ status: 200, body: "hello" }) } }] });
const tls = { cert: serverIdentity.cert.toString(), key: serverIdentity.key.toString() };

const defaults = { limits: { drainTime: 300 }, now: () => 0 };

async function testServer(t: TestContext, options: Partial<HttpServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({ name: "test", host: "127.0.0.1", port: 0, api, log: () => undefined, ...defaults, ...options });
  t.after(() => server.close());
  return server;
}

interface Got {
  readonly status: number;
  readonly body: string;
}

function get(url: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { ca: authority, agent: false };
    const request = (url.startsWith("https:") ? httpsGet : httpGet)(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => (body += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("error", reject);
  });
}

test("health, readiness and metrics are served beside the API", async (t) => {
  let ready = true;
  const { url } = await testServer(t, { isReady: async () => ready });
  assert.equal((await get(`${url}/hello`)).body, "hello");
  assert.equal((await get(`${url}/healthz`)).status, 200);
  assert.equal((await get(`${url}/readyz`)).status, 200);
  ready = false;
  assert.equal((await get(`${url}/readyz`)).status, 503);
  assert.equal((await get(`${url}/healthz`)).status, 200);
  assert.equal((await get(`${url}/nothing`)).status, 404);
  const { body } = await get(`${url}/metrics`);
  for (const line of [
    'touchmark_http_requests_total{route="hello",method="GET",status="2xx"} 1',
    'touchmark_http_requests_total{route="readyz",method="GET",status="5xx"} 1',
    'touchmark_http_requests_total{route="none",method="GET",status="4xx"} 1',
    'touchmark_http_request_duration_seconds_count{route="hello",method="GET"} 1',
    "touchmark_http_requests_in_flight 1",
  ])
    assert.ok(body.split("\n").includes(line), `${line}\nis not in\n${body}`);
});

test("a readiness check that fails means not ready", async (t) => {
  const { url } = await testServer(t, { isReady: () => Promise.reject(new Error("down")) });
  assert.deepEqual(await get(`${url}/readyz`), { status: 503, body: '{"status":"not ready"}' });
});

test("it serves TLS with a certificate and its key", async (t) => {
  const { url } = await testServer(t, { tls });
  assert.match(url, /^https:/);
  assert.equal((await get(`${url}/hello`)).body, "hello");
  await assert.rejects(get(`${url.replace("https:", "http:")}/hello`));
});

test("a connection without any HTTP does not delay closing", async (t) => {
  const server = await testServer(t, { tls });
  const socket = connect(Number(server.address.split(":")[1]), "127.0.0.1").on("error", () => undefined);
  await new Promise((resolve) => socket.on("connect", resolve));
  await get(`${server.url}/hello`); // by then the other connection is accepted too
  const closed = new Promise((resolve) => socket.on("close", resolve));
  await server.close();
  await closed;
});

test("a certificate without its key, and an address in use, are errors", async (t) => {
  const { address } = await testServer(t);
  const isUsage = (error: unknown): boolean => error instanceof TouchmarkError && error.code === "USAGE";
  await assert.rejects(testServer(t, { tls: { ...tls, key: "no key" } }), isUsage);
  await assert.rejects(testServer(t, { port: Number(address.split(":")[1]) }), isUsage);
});

test("connections over the limit are closed, and the others continue", async (t) => {
  const { url } = await testServer(t, { limits: { connections: 1, drainTime: 300 } });
  const port = Number(new URL(url).port);
  const first = connect(port, "127.0.0.1");
  await new Promise((resolve) => first.on("connect", resolve));
  await assert.rejects(get(`${url}/hello`));
  const gone = new Promise((resolve) => first.on("close", resolve));
  first.destroy();
  await gone;
  let answered = false;
  for (let tries = 0; tries < 500 && !answered; tries++) answered = await get(`${url}/hello`).then(Boolean, () => false);
  assert.ok(answered);
});

test("hundreds of clients that connect at one moment all get in at once, and none has to try again a second later", async (t) => {
  const count = 800;
  const most = await readFile("/proc/sys/net/core/somaxconn", "utf8").catch(() => "0");
  if (Number(most) < count) return t.skip("the system keeps fewer connections waiting");
  const { address } = await testServer(t);
  const [host = "", port] = address.split(":");
  const sockets = Array.from({ length: count }, () => connect(Number(port), host).on("error", () => undefined));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await setTimeout(900); // a connection that found no place is tried again after a second
  await setImmediate();
  assert.equal(sockets.filter(({ connecting, destroyed }) => connecting || destroyed).length, 0);
});
