/** A request of `node:http` as handlers see it, and the rest of its body. */
import type { IncomingMessage } from "node:http";
import type { ApiRequest } from "../request.ts";
import { requestIdOf } from "../request-id.ts";

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
 * Discards the rest of a request's body after the response, for so many milliseconds: closing the connection while the client is
 * still sending could lose the response. After that time the connection is closed.
 */
export function discardBody(request: IncomingMessage, time: number): void {
  if (request.closed) return;
  request.resume();
  if (request.complete) return;
  const timer = setTimeout(() => request.destroy(), time);
  request.once("close", () => clearTimeout(timer));
}
