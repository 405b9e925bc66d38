/** Tests hosts that refuse, stall or do not speak HTTP, and aborted requests. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { scriptedServer, type ScriptLine } from "../../test/fakes/scripted-registry.ts";
import { TouchmarkError } from "../core/errors.ts";
import { netLimits } from "./limits.ts";
import { createHttpClient } from "./http-client.ts";
import { patientClient, get, listening } from "./http-fixture.test.ts";

test("a refused connection is reported as such, at once", async (t) => {
  const { port } = await listening(t, createServer(), true);
  const { http, delays } = patientClient();
  await assert.rejects(http.request(get(`http://127.0.0.1:${port}/`)), {
    code: "UNREACHABLE",
    message: new RegExp(`127.0.0.1:${port} .*was refused`),
  });
  assert.deepEqual(delays, []);
});

test("a response that is not HTTP is refused", async (t) => {
  const { port } = await listening(
    t,
    createServer((socket) => void socket.on("error", () => {}).end("220 mail.example.com ESMTP\r\n")),
  );
  await assert.rejects(patientClient().http.request(get(`http://127.0.0.1:${port}/`)), {
    code: "UNREACHABLE",
    message: /does not answer in HTTP/,
  });
});

test("TLS to a host without TLS fails", async (t) => {
  const server = await scriptedServer(t);
  await assert.rejects(patientClient().http.request(get(`https://${server.host}/`)), {
    code: "INSECURE_REGISTRY",
    message: /does not speak TLS/,
  });
});

test("a host that accepts and sends nothing times out", async (t) => {
  const { port } = await listening(
    t,
    createServer((socket) => void socket.on("error", () => {})),
  );
  const http = createHttpClient({ timeouts: { connect: 5000, silence: 30 } });
  await assert.rejects(http.request(get(`http://127.0.0.1:${port}/`)), { code: "TIMEOUT", message: /did not answer within 0.03 s/ });
});

test("a host that stalls in the middle of the body times out", async (t) => {
  const silent: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234");
  };
  const server = await scriptedServer(t, { "GET /a": silent });
  const http = createHttpClient({ timeouts: { connect: 5000, silence: 30 } });
  await assert.rejects(http.request(get(`${server.origin}/a`)), { code: "TIMEOUT", message: /did not answer within 0.03 s/ });
});

test("a TLS handshake that does not complete times out", async (t) => {
  const { port } = await listening(
    t,
    createServer((socket) => void socket.on("error", () => {})),
  );
  const http = createHttpClient({ timeouts: { connect: 30, silence: 5000 } });
  await assert.rejects(http.request(get(`https://127.0.0.1:${port}/`)), { code: "TIMEOUT", message: /did not answer within 0.03 s/ });
});

test("an aborted signal ends the request at any time", async (t) => {
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

test("an aborted signal ends the wait for a free connection", async (t) => {
  const [all, others, late] = [Promise.withResolvers<void>(), new AbortController(), new AbortController()];
  let waiting = 0;
  const silent: ScriptLine = () => {
    if (++waiting === netLimits.sockets) all.resolve();
    return undefined;
  };
  const server = await scriptedServer(t, { "GET /a": silent });
  const { http } = patientClient();
  const ask = (path: string, { signal }: AbortController): Promise<void> =>
    assert.rejects(http.request(get(server.origin + path, { signal })), { code: "INTERRUPTED" });
  const asked = Array.from({ length: netLimits.sockets }, () => ask("/a", others));
  await all.promise;
  const queued = ask("/b", late);
  setImmediate(() => late.abort());
  await queued;
  others.abort();
  await Promise.all(asked);
});

test("an aborted signal ends the body", async (t) => {
  const controller = new AbortController();
  const half: ScriptLine = (_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("01234", () => setImmediate(() => controller.abort()));
  };
  const server = await scriptedServer(t, { "GET /a": half });
  await assert.rejects(patientClient().http.request(get(`${server.origin}/a`, { signal: controller.signal })), {
    code: "INTERRUPTED",
    message: /interrupted/,
  });
});

test("an aborted signal ends the wait before a retry", async (t) => {
  const controller = new AbortController();
  const busy: ScriptLine = () => {
    setImmediate(() => controller.abort());
    return { status: 503, headers: { "retry-after": "30" } };
  };
  const server = await scriptedServer(t, { "GET /a": busy });
  await assert.rejects(createHttpClient().request(get(`${server.origin}/a`, { signal: controller.signal })), {
    code: "INTERRUPTED",
    message: /interrupted/,
  });
});

test("an AbortSignal.timeout of the whole command throws TIMEOUT", async (t) => {
  const server = await scriptedServer(t, { "GET /a": () => undefined });
  const { http } = patientClient();
  await assert.rejects(http.request(get(`${server.origin}/a`, { signal: AbortSignal.timeout(30) })), {
    code: "TIMEOUT",
    message: /time allowed ran out/,
  });
});
