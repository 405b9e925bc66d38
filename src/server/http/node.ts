/** Runs handlers on `node:http` and `node:https`. */
import { once } from "node:events";
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Server as HttpsServer, ServerOptions as HttpsOptions } from "node:https";
import type { Socket } from "node:net";
import { TouchmarkError } from "../../core/errors.ts";
import type { ListenOptions, ServerAdapter, ServerTls } from "./adapter.ts";
import { errorResponse } from "./error-response.ts";
import { serverLimits, type ServerLimits } from "./limits.ts";
import { logFailure, stderrLog, type ServerLog } from "./log.ts";
import { onClose } from "./node/connection.ts";
import { FileBuffers } from "./node/file-buffers.ts";
import { apiRequest, discardBody } from "./node/request.ts";
import { sendResponse } from "./node/send.ts";
import type { ApiHandler, ApiResponse } from "./response.ts";

/** A request listener of `node:http`; resolves when the request is finished. Never rejects. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface NodeListenerOptions {
  readonly freshId: () => string;
  /** Gets an entry for each response that fails (lines of text on stderr). */
  readonly log?: ServerLog;
  readonly limits?: Partial<ServerLimits>;
  /** Whether connections are closed after their response. */
  readonly isClosing?: () => boolean;
}

export function nodeListener(handler: ApiHandler, options: NodeListenerOptions): NodeListener {
  const { freshId, log = stderrLog, isClosing = () => false } = options;
  const limits = { ...serverLimits, ...options.limits };
  const buffers = new FileBuffers(limits);
  return async (request, response) => {
    const controller = new AbortController();
    const { signal } = controller;
    const stopWatching = onClose(request.socket, () => controller.abort(new TouchmarkError("INTERRUPTED", "the connection was closed")));
    const asked = apiRequest(request, signal, freshId);
    const send = (answer: ApiResponse): Promise<void> => {
      const headers = { "X-Request-Id": asked.id, ...(isClosing() && { Connection: "close" }) };
      return sendResponse({ response, answer, isHead: asked.method === "HEAD", headers, buffers, signal });
    };
    // What fails once the client has gone is the consequence of that.
    const report = (error: unknown, status: number): void => {
      if (!signal.aborted && !request.socket.destroyed) logFailure(error, { log, request: asked, status, limits });
    };
    let answer: ApiResponse | undefined;
    try {
      answer = await handler(asked);
      if (answer.failure !== undefined) report(answer.failure, answer.status);
      await send(answer);
    } catch (error) {
      if (response.headersSent) {
        report(error, response.statusCode);
        cut(request, response);
      } else {
        const failed = errorResponse(error, asked);
        if (failed.status >= 500) report(error, failed.status);
        await send(failed).catch(() => cut(request, response));
      }
    }
    stopWatching();
    answer?.finished?.();
    discardBody(request, limits.discardTime);
  };
}

/** Bytes already sent cannot be revoked, but the client can see that the response is truncated. In HTTP/1.0, closing the connection ends a body. */
function cut({ httpVersion, socket }: IncomingMessage, response: ServerResponse): void {
  if (httpVersion === "1.0" && !("encrypted" in socket)) socket.resetAndDestroy();
  response.destroy();
}

export const nodeServer: ServerAdapter = {
  async listen(handler, options) {
    const underWay = new Set<Promise<void>>();
    let closing = false;
    const { freshId, log, limits } = options;
    const listener = nodeListener(handler, { freshId, log, limits, isClosing: () => closing });
    const server = await createServer(options, (request, response) => {
      const exchange = listener(request, response).finally(() => {
        underWay.delete(exchange);
        if (closing) setImmediate(() => server.closeIdleConnections());
      });
      underWay.add(exchange);
    });
    const connections = connectionsOf(server);
    server.listen({ port: options.port, host: options.host, backlog: limits.backlog });
    await once(server, "listening");

    const stop = async (): Promise<void> => {
      closing = true;
      const closed = once(server, "close");
      server.close();
      const timer = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, limits.drainTime);
      await closed;
      clearTimeout(timer);
      await Promise.all(underWay);
    };
    const bound = server.address();
    const useCertificate = ({ cert, key }: ServerTls): void => {
      if ("setSecureContext" in server) server.setSecureContext({ cert, key, minVersion });
    };
    return { port: typeof bound === "object" && bound !== null ? bound.port : options.port, useCertificate, stop };
  },
};

async function createServer(
  { limits, tls }: ListenOptions,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server | HttpsServer> {
  const options = {
    highWaterMark: limits.bufferedBytes,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTime,
    requestTimeout: limits.requestTime,
    connectionsCheckingInterval: Math.min(30_000, limits.headersTime),
  };
  const server = tls ? await tlsServer({ ...options, ...tls, handshakeTimeout: limits.headersTime }) : createPlainServer(options);
  server.on("request", listener);
  server.maxConnections = limits.connections;
  server.setTimeout(limits.idleTime);
  return server;
}

const minVersion = "TLSv1.2";

/** Loads TLS only for servers that use it, since it takes more time and memory than all the rest. */
async function tlsServer(options: HttpsOptions): Promise<HttpsServer> {
  const { createServer: createTlsServer } = process.getBuiltinModule("node:https");
  return createTlsServer({ ...options, minVersion });
}

/** All connections, also those in a TLS handshake, before any HTTP. */
function connectionsOf(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  return connections;
}
