/** The embedded registry: the OCI distribution specification 1.1, with its content in a folder. */
import { throwIfAborted } from "../../core/async/interruption.ts";
import { isLoopback } from "../../net/loopback.ts";
import type { ServerTls } from "../http/adapter.ts";
import type { ReadTls } from "../http/certificate.ts";
import type { ServerLimits } from "../http/limits.ts";
import type { ServerLog } from "../http/log.ts";
import { startServer, type RunningServer } from "../http/server.ts";
import { registryHttpLimits } from "./limits.ts";
import { registryApi } from "./http/api.ts";
import { openStorage, type StorageOptions } from "./storage/storage.ts";

export interface RegistryOptions extends StorageOptions {
  /** Host name or IP address to listen on. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Certificate and key, for HTTPS; or what reads them, now and again to take renewed ones into use. Plain HTTP without it. */
  readonly tls?: ServerTls | ReadTls;
  /**
   * Host names that requests may have, beside addresses, `localhost` and `host`: by default none on a loopback address, since any other name
   * is that of a web page which was pointed here, and any name elsewhere.
   */
  readonly hostNames?: readonly string[];
  /** Bounds of the HTTP server; the defaults are `serverLimits` and `registryHttpLimits`. */
  readonly httpLimits?: Partial<ServerLimits>;
  /** Where failures are reported (lines of text on stderr). */
  readonly log?: ServerLog;
  /** Closes the registry as `close` does. */
  readonly signal?: AbortSignal;
}

export interface RunningRegistry {
  /** `host:port`, as in image references. */
  readonly address: string;
  /** `http://host:port`, or `https://` with TLS. */
  readonly url: string;
  /** Reads the certificate now, if the registry was given a function that does. Never rejects: the log tells what was wrong. */
  reloadCertificate(): Promise<void>;
  /** Stops listening; requests in progress have a limited time to finish, then their connections are closed. The folder is not touched afterwards. */
  close(): Promise<void>;
}

/** Starts a registry; throws USAGE if the address or the folder cannot be used. */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const { host, port, tls, log, signal } = options;
  throwIfAborted(signal);
  const storage = await openStorage(options);
  const limits = { ...registryHttpLimits, ...options.httpLimits };
  const hostNames = options.hostNames ?? (isLoopback(host) ? [] : undefined);
  const api = registryApi(() => storage, { ...options, ...(hostNames && { hostNames: [host, ...hostNames] }) });
  const optional = { ...(tls && { tls }), ...(log && { log }) };
  const { isReady } = storage;
  const server = await startServer({ name: "registry", host, port, api, limits, isReady, ...optional }).catch(closing(storage));

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= server.close().then(() => storage.close()));
  signal?.addEventListener("abort", () => void close(), { once: true });
  if (signal?.aborted) await close();
  throwIfAborted(signal);
  return { ...server, close };
}

function closing(storage: { readonly close: () => Promise<void> }): (error: unknown) => Promise<RunningServer> {
  return async (error) => {
    await storage.close();
    throw error;
  };
}
