import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempDisposable } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { TouchmarkError } from "../../core/errors.ts";
import { requestOf } from "./fixture.test.ts";
import { logFailure, textLog, type LogRecord } from "./log.ts";
import { readBody } from "./request.ts";
import { router, type RouteHandler } from "./router.ts";
import { startServer } from "./server.ts";

interface LoggingServer {
  readonly logged: LogRecord[];
  /** Sends bytes and returns all that the server answers until it closes the connection. */
  readonly exchange: (path: string, method?: string) => Promise<string>;
  readonly port: number;
}

async function loggingServer(t: TestContext, handler: RouteHandler, isReady?: () => Promise<boolean>): Promise<LoggingServer> {
  const logged: LogRecord[] = [];
  const log = (entry: LogRecord): void => void logged.push(entry);
  const api = router({ routes: [{ name: "any", path: /^.*$/, methods: { GET: handler, POST: handler } }] });
  const options = { name: "test", host: "127.0.0.1", port: 0, api, log, freshId: () => "fresh" };
  const server = await startServer({ ...options, limits: { drainTime: 300 }, ...(isReady && { isReady }) });
  t.after(() => server.close());
  const port = Number(new URL(server.url).port);
  const exchange = async (path: string, method = "GET"): Promise<string> => {
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket
      .on("error", () => undefined)
      .write(`${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic c2VjcmV0\r\n\r\n`);
    let answer = "";
    socket.on("data", (part: string) => (answer += part));
    await once(socket, "close");
    return answer;
  };
  return { logged, exchange, port };
}

const throwing = (error: unknown): RouteHandler => {
  return () => {
    throw error;
  };
};

test("an unexpected error is logged once, with the request and the stack, and not told to the client", async (t) => {
  const failure = new Error("broken inside", { cause: new Error("deep inside") });
  const { logged, exchange } = await loggingServer(t, throwing(failure));
  const answer = await exchange("/v2/app?token=secret");
  assert.match(answer, /^HTTP\/1.1 500 /);
  assert.doesNotMatch(answer, /inside/);
  const [{ stack = "", ...entry } = { level: "info", message: "" }, ...more] = logged;
  assert.deepEqual(more, []);
  const request = { id: "fresh", method: "GET", path: "/v2/app" };
  assert.deepEqual(entry, { level: "error", message: "broken inside", request, status: 500, code: "INTERNAL" });
  assert.match(stack, /^Error: broken inside\nat .*\ncaused by: Error: deep inside\n/s);
  assert.doesNotMatch(JSON.stringify(logged), /secret|c2VjcmV0/);
});

test("an error of the catalogue has its code and no stack, and one that is the client's is not logged", async (t) => {
  const unreachable = await loggingServer(t, throwing(new TouchmarkError("UNREACHABLE", "the registry does not answer")));
  assert.match(await unreachable.exchange("/"), /^HTTP\/1.1 502 /);
  const request = { id: "fresh", method: "GET", path: "/" };
  const message = "the registry does not answer";
  assert.deepEqual(unreachable.logged, [{ level: "error", message, request, status: 502, code: "UNREACHABLE" }]);
  const denied = await loggingServer(t, throwing(new TouchmarkError("POLICY_DENIED", "no")));
  assert.match(await denied.exchange("/"), /^HTTP\/1.1 403 /);
  assert.deepEqual(denied.logged, []);
});

test("a file that cannot be opened, a body that breaks off and a readiness check that throws are logged", async (t) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "touchmark-log-"));
  const missing = await loggingServer(t, () => ({ status: 200, body: { file: join(folder.path, "absent"), start: 0, end: 1 } }));
  assert.match(await missing.exchange("/"), /^HTTP\/1.1 500 /);
  assert.deepEqual(
    missing.logged.map(({ status, code }) => [status, code]),
    [[500, "ENOENT"]],
  );
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("part");
    throw new Error("the disk failed");
  }
  const cut = await loggingServer(t, () => ({ status: 200, body: { stream: failing(), size: 100 } }));
  assert.match(await cut.exchange("/"), /^HTTP\/1.1 200 /);
  assert.deepEqual(
    cut.logged.map(({ status, message }) => [status, message]),
    [[200, "the response was cut off: the disk failed"]],
  );
  const unready = await loggingServer(t, throwing(new Error("never")), () => Promise.reject(new Error("the store is away")));
  assert.match(await unready.exchange("/readyz"), /^HTTP\/1.1 503 /);
  assert.deepEqual(
    unready.logged.map(({ status, message }) => [status, message]),
    [[503, "the store is away"]],
  );
});

test("a client that goes away is no failure of the server", async (t) => {
  const failed = Promise.withResolvers<void>();
  const { logged, port } = await loggingServer(t, async (request) => {
    try {
      return { status: 200, body: await readBody(request) };
    } catch (error) {
      failed.resolve();
      throw error;
    }
  });
  const socket = connect(port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\npart", () => socket.destroy());
  await failed.promise;
  await new Promise(setImmediate);
  assert.deepEqual(logged, []);
});

test("credentials in messages, stacks and whole URLs as paths are not logged, nor is a line that only looks like an entry", () => {
  const lines: string[] = [];
  const log = textLog(
    (text) => lines.push(text),
    () => Date.UTC(2026, 10, 21),
  );
  const token = "eyJhbGciOiJub25l.eyJzdWIiOiJ4In0.c2ln";
  const said = `asked https://user:hunter2@registry.example/v2/?secret=hunter2 with Authorization: Bearer hunter2 and ${token}\n2026 error forged`;
  logFailure(new Error(said), { log, request: requestOf("http://user:hunter2@host/v2/app"), status: 500 });
  const text = lines.join("");
  assert.doesNotMatch(text, /hunter2|eyJ/);
  const [first, ...stack] = text.trimEnd().split("\n");
  assert.match(
    first ?? "",
    /^2026-11-21T00:00:00Z error asked https:.* forged request=id-1 method=GET path=\/v2\/app status=500 code=INTERNAL$/,
  );
  assert.ok(stack.length > 1 && stack.every((line) => line.startsWith("    ")));
});

test("a log that throws fails no response", async (t) => {
  const api = router({ routes: [{ name: "any", path: /^.*$/, methods: { GET: throwing(new Error("broken")) } }] });
  const log = (): never => {
    throw new Error("the log is full");
  };
  const server = await startServer({ name: "test", host: "127.0.0.1", port: 0, api, log });
  t.after(() => server.close());
  assert.equal((await fetch(server.url)).status, 500);
});
