/** Tests TLS with custom authorities and client certificates, and proxies, through the client. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer, isIP, type LookupFunction, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { authority, clientIdentity, serverIdentity } from "../../../test/fakes/pki/pki.ts";
import { createHttpClient, type HttpClientOptions } from "../http-client.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { listening } from "../http-fixture.test.ts";
import { preconnect } from "./preconnect.ts";
import { createSecureOpener } from "./secure.ts";

const answer: RequestListener = (request, response) => void response.end(`asked for ${request.url}`);

function get(url: string, options: HttpClientOptions): Promise<HttpResponse> {
  const request: HttpRequest = { method: "GET", url: new URL(url), maxBytes: 1000, signal: AbortSignal.timeout(10_000) };
  return createHttpClient({ sleep: async () => {}, ...options }).request(request);
}

async function textOf(response: Promise<HttpResponse>): Promise<string> {
  return Buffer.from((await response).body).toString();
}

async function portOf(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

function tlsServer(t: TestContext, more: object = {}): Promise<number> {
  return portOf(t, createTlsServer({ ...serverIdentity, ...more }, answer));
}

test("a private authority is trusted only where it was configured", async (t) => {
  const url = `https://127.0.0.1:${await tlsServer(t)}/a`;
  assert.equal(await textOf(get(url, { tls: { ca: authority } })), "asked for /a");
  await assert.rejects(get(url, {}), { code: "UNREACHABLE", message: /not trusted/, hint: /private certificate authority/ });
});

test("a certificate for another host name is refused", async (t) => {
  const url = `https://localhost:${await tlsServer(t)}/a`;
  await assert.rejects(get(url, { tls: { ca: authority } }), { code: "UNREACHABLE", message: /is not one for localhost/ });
});

for (const scheme of ["http", "https"]) {
  test(`a host whose first address refuses is reached at the next, over ${scheme}, also with a slow resolver`, async (t) => {
    const port = scheme === "http" ? await portOf(t, createHttpServer(answer)) : await tlsServer(t);
    const addresses = ["::1", "127.0.0.1"].map((address) => ({ address, family: isIP(address) }));
    const slow: LookupFunction = (_, __, found) => void setTimeout(() => found(null, addresses), 20);
    const url = `${scheme}://registry.example:${port}/a`;
    assert.equal(await textOf(get(url, { tls: { ca: authority }, resolver: () => slow })), "asked for /a");
  });
}

test("a host with no reachable address is reported, over TLS too", async (t) => {
  const { port } = await listening(t, createServer(), true);
  const slow: LookupFunction = (_, __, found) => void setTimeout(() => found(null, [{ address: "127.0.0.1", family: 4 }]), 20);
  await assert.rejects(get(`https://registry.example:${port}/a`, { resolver: () => slow }), { message: /was refused/ });
});

test("a name that does not resolve in time is a TIMEOUT, over TLS too", async () => {
  const timeouts = { connect: 30, silence: 5000 };
  for (const scheme of ["http", "https"])
    await assert.rejects(get(`${scheme}://registry.example/a`, { timeouts, resolver: () => () => {} }), {
      code: "TIMEOUT",
      message: /did not answer within 0.03 s/,
    });
});

test("a client certificate is sent on request", async (t) => {
  const url = `https://127.0.0.1:${await tlsServer(t, { ca: authority, requestCert: true, rejectUnauthorized: true })}/a`;
  assert.equal(await textOf(get(url, { tls: { ca: authority, client: clientIdentity } })), "asked for /a");
  await assert.rejects(get(url, { tls: { ca: authority } }), { code: "UNAUTHORIZED", message: /asks for a client certificate/ });
});

test("invalid certificates and keys are refused at once, and not quoted", () => {
  const bad = [
    { ca: Buffer.from("secret") },
    { ca: Buffer.from("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") },
    { client: { certificate: clientIdentity.certificate, key: serverIdentity.key } },
    { client: { certificate: Buffer.from("secret"), key: clientIdentity.key } },
  ];
  for (const tls of bad)
    assert.throws(() => createSecureOpener(preconnect(1), { tls, sockets: 1 }), { code: "USAGE", message: /^the certificates or the key/ });
});

interface Proxy {
  readonly url: URL;
  /** Request line and credentials of each request to the proxy. */
  readonly seen: readonly (readonly [line: string, credentials: string | undefined])[];
}

/** Forwards everything to one port. */
async function proxyTo(t: TestContext, port: number, status = 200): Promise<Proxy> {
  const seen: (readonly [string, string | undefined])[] = [];
  const server = createHttpServer((request, response) => {
    seen.push([`${request.method} ${request.url}`, request.headers["proxy-authorization"]]);
    response.end("from the proxy");
  });
  server.on("connect", (request, socket) => {
    seen.push([`CONNECT ${request.url}`, request.headers["proxy-authorization"]]);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const through = connect(port, "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
    for (const end of [through, socket]) end.on("error", () => {}).on("close", () => (through.destroy(), socket.destroy()));
    socket.pipe(through).pipe(socket);
  });
  return { url: new URL(`http://alice:won%3Ader@127.0.0.1:${await portOf(t, server)}`), seen };
}

const credentials = `Basic ${Buffer.from("alice:won:der").toString("base64")}`;

test("TLS goes through a proxy's tunnel, and the proxy's password to the proxy only", async (t) => {
  let headers: object = {};
  const server = createTlsServer(serverIdentity, (request, response) => {
    ({ headers } = request);
    response.end("from the registry");
  });
  const proxy = await proxyTo(t, await portOf(t, server));
  const options = { tls: { ca: authority }, proxies: () => proxy.url };
  assert.equal(await textOf(get("https://registry.example:5000/a", options)), "from the registry");
  assert.deepEqual(proxy.seen, [["CONNECT registry.example:5000", credentials]]);
  assert.ok(!("proxy-authorization" in headers));
});

test("the registry's certificate is verified inside the tunnel", async (t) => {
  const proxy = await proxyTo(t, await tlsServer(t));
  await assert.rejects(get("https://registry.example/a", { proxies: () => proxy.url }), { message: /not trusted/ });
  await assert.rejects(get("https://other.example/a", { tls: { ca: authority }, proxies: () => proxy.url }), { message: /not one for/ });
});

test("plain HTTP requests are sent to the proxy itself", async (t) => {
  const proxy = await proxyTo(t, 0);
  assert.equal(await textOf(get("http://registry.example/a?b", { proxies: () => proxy.url })), "from the proxy");
  assert.deepEqual(proxy.seen, [["GET http://registry.example/a?b", credentials]]);
});

test("a proxy that refuses is reported, without its password", async (t) => {
  const proxy = await proxyTo(t, 0, 407);
  await assert.rejects(get("https://registry.example/a", { proxies: () => proxy.url }), (error: Error) => {
    assert.match(error.message, /registry.example:443 cannot be used: the proxy refuses the connection/);
    assert.ok(!/won/.test(`${error.message} ${String(error.cause)} ${error.stack}`));
    return true;
  });
});

test("an aborted request does not wait for an unresponsive proxy, and disconnects", async (t) => {
  const interrupted = new AbortController();
  const silent = createHttpServer();
  const left = new Promise((resolve) => {
    silent.on("connect", (_, socket) => {
      socket.resume().once("end", resolve);
      interrupted.abort();
    });
  });
  const proxy = new URL(`http://127.0.0.1:${await portOf(t, silent)}`);
  const { signal } = interrupted;
  const http = createHttpClient({ proxies: () => proxy });
  await assert.rejects(http.request({ method: "GET", url: new URL("https://registry.example/a"), maxBytes: 1, signal }), {
    code: "INTERRUPTED",
  });
  await left;
});

test("an unresponsive proxy times out", async (t) => {
  const silent = createHttpServer();
  silent.on("connect", () => {});
  const url = new URL(`http://127.0.0.1:${await portOf(t, silent)}`);
  const timeouts = { connect: 100, silence: 200 };
  await assert.rejects(get("https://registry.example/a", { timeouts, proxies: () => url }), { code: "TIMEOUT" });
});
