/** The endpoints for the operator of a server: `/healthz` (liveness), `/readyz` (readiness) and `/metrics`. */
import { errorResponse } from "./error-response.ts";
import { router, type Route } from "./router.ts";
import { jsonResponse, type ApiHandler, type ApiResponse } from "./response.ts";

export interface OperationsOptions {
  /** Whether requests can be served now. False, or an error, takes the server out of rotation until the next check. */
  readonly isReady: (signal: AbortSignal) => Promise<boolean>;
  /** The measurements in Prometheus's text format. */
  readonly metricsText: () => string;
}

/** Returns a handler of the operator's paths, which passes every other path to the API's handler. */
export function withOperations(api: ApiHandler, { isReady, metricsText }: OperationsOptions): ApiHandler {
  const routes: readonly Route[] = [
    { name: "healthz", path: /^\/healthz$/, methods: { GET: () => jsonResponse(200, { status: "ok" }) }, maxBodyBytes: 0 },
    {
      name: "readyz",
      path: /^\/readyz$/,
      methods: {
        async GET({ signal }) {
          try {
            return (await isReady(signal)) ? jsonResponse(200, { status: "ready" }) : notReady();
          } catch (failure) {
            return { ...notReady(), failure };
          }
        },
      },
      maxBodyBytes: 0,
    },
    {
      name: "metrics",
      path: /^\/metrics$/,
      methods: {
        GET: () => ({ status: 200, headers: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" }, body: metricsText() }),
      },
      maxBodyBytes: 0,
    },
  ];
  const notReady = (): ApiResponse => jsonResponse(503, { status: "not ready" }, { "Retry-After": "5" });
  const operations = router({ routes, errors: errorResponse });
  const paths: ReadonlySet<string> = new Set(routes.map(({ name }) => `/${name}`));
  return (request) => (paths.has(request.path) ? operations(request) : api(request));
}
