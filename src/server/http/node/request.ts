/** A request of `node:http` as handlers see it, and what is left of it afterwards. */
import type { IncomingMessage } from "node:http";
import type { ApiRequest } from "../request.ts";
import { requestIdOf } from "../request-id.ts";

/** Milliseconds in which a client whose request was answered must stop sending. */
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
    // Stopping early leaves the connection alone, so that a response can still be sent.
    body: { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) },
    signal,
  };
}

/**
 * Throws the rest of an answered request's body away, for a moment: to cut the connection while the client is
 * still sending could take the answer with it. What sends on after that is cut off.
 */
export function discardBody(request: IncomingMessage): void {
  if (request.closed) return;
  request.resume();
  if (request.complete) return;
  const timer = setTimeout(() => request.destroy(), patience);
  request.once("close", () => clearTimeout(timer));
}
