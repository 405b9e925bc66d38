/** Measures every request: the number by route, method and class of status, the duration, and the number in progress. */
import type { Metrics } from "../../core/metrics.ts";
import type { ApiHandler } from "./response.ts";

export interface ObserveOptions {
  readonly metrics: Metrics;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Seconds. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Wraps a handler with measurements. A request ends when no more of its response will be sent. */
export function observe(handler: ApiHandler, { metrics, now }: ObserveOptions): ApiHandler {
  const labels = ["route", "method"] as const;
  const requests = metrics.counter({
    name: "touchmark_http_requests_total",
    help: "HTTP requests by route, method and class of status.",
    labels: [...labels, "status"],
  });
  const duration = metrics.histogram({
    name: "touchmark_http_request_duration_seconds",
    help: "Time from a request's headers to the last byte of its response.",
    labels,
    buckets: durations,
  });
  const inFlight = metrics.gauge({ name: "touchmark_http_requests_in_flight", help: "HTTP requests under way.", labels: [] });

  return async (request) => {
    const begun = now();
    const method = methods.has(request.method) ? request.method : "other";
    inFlight.add({}, 1);
    const end = (route: string, status: string): void => {
      inFlight.add({}, -1);
      requests.add({ route, method, status });
      duration.observe({ route, method }, (now() - begun) / 1000);
    };
    try {
      const response = await handler(request);
      return {
        ...response,
        finished: () => {
          end(response.route ?? "none", `${Math.floor(response.status / 100)}xx`);
          response.finished?.();
        },
      };
    } catch (error) {
      end("none", "5xx");
      throw error;
    }
  };
}
