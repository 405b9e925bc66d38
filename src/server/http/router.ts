/** Finds the route of a request, and makes sure that every request gets a response. */
import { errorResponse, type ErrorResponder } from "./error-response.ts";
import { HttpError } from "./http-error.ts";
import { serverLimits, type ServerLimits } from "./limits.ts";
import { limitBody, type ApiRequest } from "./request.ts";
import type { ApiHandler, ApiResponse } from "./response.ts";

/** The named groups of a route's path, as sent. */
export type PathParameters = Readonly<Record<string, string>>;

export type RouteHandler = (request: ApiRequest, parameters: PathParameters) => ApiResponse | Promise<ApiResponse>;

export interface Route {
  /** Short and constant: it is a label of metrics. */
  readonly name: string;
  /** Matches the whole path, as sent. */
  readonly path: RegExp;
  /** Handlers by method. HEAD is handled wherever GET is. */
  readonly methods: Readonly<Record<string, RouteHandler>>;
  /** Maximum bytes of a request's body (`bodyBytes` of the limits). Infinity if the handler has its own limit. */
  readonly maxBodyBytes?: number;
}

export interface RouterOptions {
  /** The first matching route is used. */
  readonly routes: readonly Route[];
  /** The form of error responses. */
  readonly errors?: ErrorResponder;
  /** Throws for a request that no route may handle. */
  readonly check?: (request: ApiRequest) => void;
  readonly limits?: Partial<Pick<ServerLimits, "bodyBytes">>;
}

/** Returns a handler of all routes; it never throws. */
export function router({ routes, errors = errorResponse, limits, check }: RouterOptions): ApiHandler {
  const { bodyBytes } = { ...serverLimits, ...limits };
  return async (request) => {
    let name = "none";
    try {
      check?.(request);
      const { route, parameters } = findRoute(routes, request.path);
      name = route.name;
      const handler = handlerFor(route, request.method);
      const response = await handler(limitBody(request, route.maxBodyBytes ?? bodyBytes), parameters);
      return { ...response, route: name };
    } catch (error) {
      const response = errors(error, request);
      return { ...response, ...(response.status >= 500 && { failure: error }), route: name };
    }
  };
}

function findRoute(routes: readonly Route[], path: string): { readonly route: Route; readonly parameters: PathParameters } {
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match) return { route, parameters: match.groups ?? {} };
  }
  throw new HttpError("NOT_FOUND", "there is no such endpoint");
}

function handlerFor({ methods }: Route, sent: string): RouteHandler {
  const method = sent === "HEAD" ? "GET" : sent;
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler !== undefined) return handler;
  const allowed = Object.keys(methods).flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]));
  throw new HttpError("METHOD_NOT_ALLOWED", `${sent} is not possible here`, { Allow: allowed.join(", ") });
}
