/** Finds the route of a request and sees to it that every request gets an answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseRepositoryName } from "../names.ts";
import { RegistryError } from "../registry-error.ts";
import type { Storage } from "../storage/storage.ts";
import { discard } from "./body.ts";
import { sendJson } from "./exchange.ts";
import { routes, type Route } from "./routes.ts";

const versionPath = /^\/v2\/?$/;

/** The registry as a handler of requests, for a server of one's own. */
export function registryHandler(storage: Storage): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => void handle(storage, request, response);
}

/** Answers one request; done when nothing more is to happen for it. Never throws. */
export async function handle(storage: Storage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await route(storage, request, response);
  } catch (error) {
    refuse(response, error);
  }
  discard(request);
}

async function route(storage: Storage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = "", ...rest] = (request.url ?? "").split("?");
  if (versionPath.test(path)) return pick(request, { GET: () => sendJson(response, 200, {}) })();
  const { methods, name, target } = find(path);
  const handler = pick(request, methods);
  return handler({ storage, request, response, name: parseRepositoryName(name), target, query: new URLSearchParams(rest.join("?")) });
}

function find(path: string): { methods: Route["methods"]; name: string; target: string } {
  for (const { path: pattern, methods } of routes) {
    const [found, name = "", target = ""] = pattern.exec(path) ?? [];
    if (found !== undefined) return { methods, name, target: decoded(target) };
  }
  throw new RegistryError("UNSUPPORTED", "there is no such endpoint", { status: 404 });
}

/** Some clients encode a digest's colon. What else was encoded is not part of any tag, digest or id, and does not pass as one. */
function decoded(target: string): string {
  return target.replaceAll(/%3a/gi, ":");
}

function pick<T>(request: IncomingMessage, methods: Readonly<Record<string, T>>): T {
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler !== undefined) return handler;
  const allowed = Object.keys(methods).flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]));
  throw new RegistryError("UNSUPPORTED", `${method} is not possible here`, { headers: { Allow: allowed.join(", ") } });
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy(); // the answer cannot be taken back, only be seen to be cut off
    return;
  }
  const { status, headers, code, message } = error instanceof RegistryError ? error : failure(error);
  sendJson(response, status, { errors: [{ code, message }] }, headers);
}

/** What a system says when there is no room for more. */
const noRoom: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** Of what the registry itself did wrong, only the system's short word is told, such as EIO: messages give away paths. */
function failure(error: unknown): Pick<RegistryError, "status" | "headers" | "message"> & { readonly code: string } {
  const reason = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  const common = { headers: {}, code: "UNKNOWN" };
  if (reason !== undefined && noRoom.has(reason)) return { ...common, status: 507, message: `the registry's disk is full: ${reason}` };
  return { ...common, status: 500, message: reason === undefined ? "the registry failed" : `the registry failed: ${reason}` };
}
