/** A request of `node:http` as handlers see it, and the rest of its body. */
import type { IncomingMessage } from "node:http";
import type { ApiRequest } from "../request.ts";
import { requestIdOf } from "../request-id.ts";

/** Milliseconds in which a client must stop sending after its response. */
const patience = 2000;

export function apiRequest(request: IncomingMessage, signal: AbortSignal, freshId: () => string): ApiRequest {
  const url = request.url ?? "";
  const mark = url.indexOf("?");
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  };
  return {
    id: requestIdOf(header("x-request-id"), freshId),
    method: request.method ?? "",
    path: mark === -1 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1)),
    header,
    // Stopping early keeps the connection open, so that a response can still be sent.
    body: { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) },
    signal,
  };
}

/**
 * Discards the rest of a request's body after the response, for a limited time: closing the connection while the client is
 * still sending could lose the response. After that time the connection is closed.
 */
export function discardBody(request: IncomingMessage): void {
  if (request.closed) return;
  request.resume();
  if (request.complete) return;
  const timer = setTimeout(() => request.destroy(), patience);
  request.once("close", () => clearTimeout(timer));
}
