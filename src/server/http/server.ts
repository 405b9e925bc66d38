/** A running server: an API's handler with request ids, metrics, the operator's endpoints, limits and a graceful shutdown. */
import { randomUUID } from "node:crypto";
import { TouchmarkError } from "../../core/errors.ts";
import type { ListenOptions, Listening, ServerAdapter, ServerTls } from "./adapter.ts";
import { checkPair, renewCertificate, type ReadTls } from "./certificate.ts";
import { serverLimits, type ServerLimits } from "./limits.ts";
import { stderrLog, type ServerLog } from "./log.ts";
import { nodeServer } from "./node.ts";
import { observe } from "./observe.ts";
import { withOperations } from "./operations.ts";
import { PrometheusMetrics } from "./prometheus.ts";
import type { ApiHandler } from "./response.ts";

export interface HttpServerOptions extends Pick<ListenOptions, "host" | "port"> {
  /** For messages, such as "registry". */
  readonly name: string;
  readonly api: ApiHandler;
  /** Certificate and key; or what reads them, now and again to take renewed ones into use. Plain HTTP without it. */
  readonly tls?: ServerTls | ReadTls;
  /** Whether requests can be served now (always). */
  readonly isReady?: (signal: AbortSignal) => Promise<boolean>;
  readonly limits?: Partial<ServerLimits>;
  /** Returns a new request id (a random UUID). */
  readonly freshId?: () => string;
  /** Milliseconds of a monotonic clock (the process's). */
  readonly now?: () => number;
  /** Where failures are reported (lines of text on stderr). */
  readonly log?: ServerLog;
  readonly adapter?: ServerAdapter;
}

export interface RunningServer {
  /** `host:port` */
  readonly address: string;
  /** `http://host:port`, or `https://` with TLS. */
  readonly url: string;
  /** Reads the certificate now, if the server was given a function that does. Never rejects: the log tells what was wrong. */
  reloadCertificate(): Promise<void>;
  /** Stops listening; requests in progress may finish within the drain time, then their connections are closed. Resolves when no handler runs any more. */
  close(): Promise<void>;
}

/** Starts listening; throws USAGE if the address or the certificate cannot be used, and what reading the certificate throws. */
export async function startServer(options: HttpServerOptions): Promise<RunningServer> {
  const { name, host, port, api, freshId = randomUUID, now = () => performance.now() } = options;
  const { isReady = () => Promise.resolve(true), log = stderrLog, adapter = nodeServer } = options;
  const limits = { ...serverLimits, ...options.limits };
  const metrics = new PrometheusMetrics(limits);
  let closing: Promise<void> | undefined;
  const operations = {
    isReady: async (signal: AbortSignal) => closing === undefined && (await isReady(signal)),
    metricsText: () => metrics.text(),
  };
  const handler = observe(withOperations(api, operations), { metrics, now });
  const read = typeof options.tls === "function" ? options.tls : undefined;
  const tls = typeof options.tls === "function" ? await options.tls(new AbortController().signal) : options.tls;
  let listening: Listening;
  try {
    if (tls) checkPair(tls);
    listening = await adapter.listen(handler, { host, port, limits, freshId, log, ...(tls && { tls }) });
  } catch (error) {
    const hint = "Free the address or name another, port 0 takes one that is free; with TLS, check certificate and key.";
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    const reason = isTaken ? "another program listens there" : error instanceof TouchmarkError ? error.message : String(error);
    throw new TouchmarkError("USAGE", `the ${name} cannot listen on ${host}:${port}: ${reason}`, { hint, cause: error });
  }
  const use = (renewed: ServerTls): void => listening.useCertificate(renewed);
  const renewal = read && tls ? renewCertificate({ read, current: tls, use, interval: limits.certificateInterval, log }) : undefined;
  const address = host.includes(":") ? `[${host}]:${listening.port}` : `${host}:${listening.port}`;
  return {
    address,
    url: `${tls ? "https" : "http"}://${address}`,
    reloadCertificate: async () => renewal?.reload(),
    close: () => {
      renewal?.stop();
      return (closing ??= listening.stop());
    },
  };
}
