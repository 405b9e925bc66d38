/**
 * The proxy's own process, started by proxy.ts with its options as JSON: forwards HTTP/1.1 to one server as from far away.
 *
 * An answer comes a round trip after its request. A new connection costs a round trip before its first request, and TLS
 * one more. A connection that brings no request, as of a client that first tries TLS where there is none, costs nothing.
 */
import { Agent, createServer as createHttpServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProxyOptions } from "./proxy.ts";

const { upstream, roundTrip, tls }: ProxyOptions = JSON.parse(process.argv[2] ?? "");
const handshake = tls ? 2 * roundTrip : roundTrip;
const agent = new Agent({ keepAlive: true });
/** When each connection that is open has all it needs for a request. */
const readyAt = new WeakMap<Socket, number>();
const seen = new WeakSet<Socket>();
const counts = { requests: 0, connections: 0 };

const server = tls ? createHttpsServer({ key: tls.key, cert: tls.certificate }) : createHttpServer();
server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
  socket.setNoDelay();
  readyAt.set(socket, performance.now() + handshake);
});
server.on("request", (request: IncomingMessage, response: ServerResponse) => {
  answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.send?.({ port: address.port });
});

process.on("message", () => {
  process.send?.({ ...counts });
  Object.assign(counts, { requests: 0, connections: 0 });
});
process.on("disconnect", () => process.exit());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = request;
  counts.requests++;
  if (!seen.has(socket)) counts.connections++;
  seen.add(socket);
  const due = Math.max(performance.now(), readyAt.get(socket) ?? 0) + roundTrip;
  const wait = due - performance.now();
  if (wait > 0) await sleep(wait);
  if (tls && refuse(request, response)) return;
  forward(request, response);
}

function forward(request: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = request;
  const onward = httpRequest(new URL(request.url ?? "", upstream), { method, headers, agent }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  });
  onward.on("error", (error) => response.destroy(error));
  request.pipe(onward);
}

/** Over TLS, whoever brings no bearer token is sent to the token service, which gives one to anybody. */
function refuse(request: IncomingMessage, response: ServerResponse): boolean {
  const { url = "", headers } = request;
  if (url.startsWith("/token?")) {
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ token: "bench", expires_in: 300 }));
    return true;
  }
  if (headers.authorization === "Bearer bench") {
    delete headers.authorization;
    return false;
  }
  const challenge = `Bearer realm="https://${headers.host}/token",service="bench",scope="repository:bench/app:pull"`;
  response.writeHead(401, { "WWW-Authenticate": challenge, "Content-Type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "a token is needed" }] }));
  return true;
}
