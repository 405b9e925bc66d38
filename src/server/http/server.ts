/** A running server: the handler of an API with request ids, measurements, the operator's paths, limits and an orderly end. */
import { randomUUID } from "node:crypto";
import { TouchmarkError } from "../../core/errors.ts";
import { defaultLimits, type ListenOptions, type Listening, type ServerAdapter, type ServerLimits } from "./adapter.ts";
import { nodeServer } from "./node.ts";
import { observe } from "./observe.ts";
import { withOperations } from "./operations.ts";
import { PrometheusMetrics } from "./prometheus.ts";
import type { ApiHandler } from "./response.ts";

export interface HttpServerOptions extends Pick<ListenOptions, "host" | "port" | "tls"> {
  /** For messages, such as "registry". */
  readonly name: string;
  readonly api: ApiHandler;
  /** Whether requests can be served now; always, where it is left out. */
  readonly isReady?: (signal: AbortSignal) => Promise<boolean>;
  readonly limits?: Partial<ServerLimits>;
  /** Makes a request id; a random UUID where it is left out. */
  readonly freshId?: () => string;
  /** Milliseconds of a clock that never goes back; the process's where it is left out. */
  readonly now?: () => number;
  readonly adapter?: ServerAdapter;
}

export interface RunningServer {
  /** `host:port` */
  readonly address: string;
  /** `http://host:port`, or `https://` with TLS. */
  readonly url: string;
  /** Stops listening; what is under way may finish within the drain time, then it is cut off. Done when no handler runs any more. */
  close(): Promise<void>;
}

/** Starts listening; throws USAGE if that is not possible there, or not with this certificate. */
export async function startServer(options: HttpServerOptions): Promise<RunningServer> {
  const { name, host, port, tls, api, freshId = randomUUID, now = () => performance.now(), adapter = nodeServer } = options;
  const { isReady = () => Promise.resolve(true) } = options;
  const metrics = new PrometheusMetrics();
  let closing: Promise<void> | undefined;
  const operations = {
    isReady: async (signal: AbortSignal) => closing === undefined && (await isReady(signal)),
    metricsText: () => metrics.text(),
  };
  const handler = observe(withOperations(api, operations), { metrics, now });
  const limits = { ...defaultLimits, ...options.limits };
  let listening: Listening;
  try {
    listening = await adapter.listen(handler, { host, port, limits, freshId, ...(tls && { tls }) });
  } catch (error) {
    const hint = "Free the address or name another, port 0 takes one that is free; with TLS, check certificate and key.";
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    const reason = isTaken ? "another program listens there" : String(error);
    throw new TouchmarkError("USAGE", `the ${name} cannot listen on ${host}:${port}: ${reason}`, { hint, cause: error });
  }
  const address = host.includes(":") ? `[${host}]:${listening.port}` : `${host}:${listening.port}`;
  return {
    address,
    url: `${tls ? "https" : "http"}://${address}`,
    close: () => (closing ??= listening.stop()),
  };
}
