/** Tests preconnect: as many connections as requested, and none that failed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type LookupFunction } from "node:net";
import { test } from "node:test";
import { scriptedServer } from "../../../test/fakes/scripted-registry.ts";
import { preconnect } from "./preconnect.ts";
import { get, listening, patientClient } from "../http-fixture.test.ts";

test("a connection is opened for one endpoint, and taken once", async (t) => {
  const server = createServer();
  const { port } = await listening(t, server);
  const early = preconnect(2);
  const host = "127.0.0.1";
  for (let begun = 0; begun < 3; begun++) early.connect({ host, port });
  await once(server, "connection");
  assert.equal(early.take({ host, port: port + 1 }), undefined);
  const taken = [early.take({ host, port }), early.take({ host, port })];
  assert.ok(taken[0] && taken[1] && taken[0] !== taken[1]);
  assert.equal(early.take({ host, port }), undefined, "two at most");
  for (const socket of taken) socket?.destroy();
});

test("a failed connection is not returned, and unused ones are closed", async (t) => {
  const { port } = await listening(t, createServer());
  const early = preconnect(2);
  const lookup: LookupFunction = (_, __, found) => found(new Error("no such host"), "");
  early.connect({ host: "registry.example", port, lookup });
  await new Promise(setImmediate);
  assert.equal(early.take({ host: "registry.example", port }), undefined);

  early.connect({ host: "127.0.0.1", port });
  const left = early.take({ host: "127.0.0.1", port });
  left?.destroy();
  early.connect({ host: "127.0.0.1", port });
  early.end();
  assert.equal(early.take({ host: "127.0.0.1", port }), undefined);
});

test("concurrent requests have a connection each, and none is opened in vain", async (t) => {
  let connections = 0;
  const server = createHttpServer((_, response) => void response.end("x")).on("connection", () => connections++);
  const { port } = await listening(t, server);
  const { http } = patientClient();
  const ask = (): Promise<unknown> => http.request(get(`http://127.0.0.1:${port}/a`));
  await Promise.all([ask(), ask(), ask()]);
  await ask();
  assert.equal(connections, 3);
});

test("an abort while the first connection opens is handled", async (t) => {
  const server = await scriptedServer(t);
  const interrupted = new AbortController();
  const asked = patientClient().http.request(get(`${server.origin}/a`, { signal: interrupted.signal }));
  interrupted.abort();
  await assert.rejects(asked, { code: "INTERRUPTED" });
});
