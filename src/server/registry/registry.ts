/** The embedded registry: the OCI distribution specification 1.1 over plain HTTP, with its content in a folder. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { throwIfAborted } from "../../core/async/interruption.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { handle } from "./http/handler.ts";
import { openStorage, type StorageOptions } from "./storage/storage.ts";

export interface RegistryOptions extends StorageOptions {
  /** Host name or IP address to listen on. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Ends the registry as `close` does. */
  readonly signal?: AbortSignal;
}

export interface RunningRegistry {
  /** `host:port`, as it stands in an image reference. */
  readonly address: string;
  /** `http://host:port` */
  readonly url: string;
  /** Ends listening; what is under way has a moment to finish, then is cut off. Nothing touches the folder afterwards. */
  close(): Promise<void>;
}

/** Bytes of a body that are held on their way between a connection and a file: few enough for many clients, enough for few system calls. */
const highWaterMark = 512 * 1024;

const milliseconds = {
  /** For the headers of a request to arrive. */
  headers: 20_000,
  /** For a whole request: a large blob over a slow line. */
  request: 6 * 60 * 60 * 1000,
  /** For which a connection may stand still. */
  idle: 5 * 60 * 1000,
  /** To finish what is under way when the registry closes. */
  farewell: 500,
} as const;

/** Starts a registry; throws USAGE if it cannot listen there or use the folder. */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const { host, port, signal } = options;
  throwIfAborted(signal);
  const storage = await openStorage(options);
  const underWay = new Set<Promise<void>>();
  const timeouts = { headersTimeout: milliseconds.headers, requestTimeout: milliseconds.request };
  const server = createServer({ ...timeouts, highWaterMark }, (request, response) => {
    const exchange = handle(storage, request, response).finally(() => underWay.delete(exchange));
    underWay.add(exchange);
  });
  server.setTimeout(milliseconds.idle);
  const address = await listen(server, host, port).catch(async (error: unknown) => {
    await storage.close();
    throw error;
  });

  let closing: Promise<void> | undefined;
  function close(): Promise<void> {
    closing ??= stop(server)
      .then(() => Promise.all(underWay))
      .then(() => storage.close());
    return closing;
  }
  signal?.addEventListener("abort", () => void close(), { once: true });
  if (signal?.aborted) await close();
  throwIfAborted(signal);
  return { address, url: `http://${address}`, close };
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const hint = "Free the address or name another; port 0 takes one that is free.";
    throw new TouchmarkError("USAGE", `the registry cannot listen on ${host}:${port}: ${String(error)}`, { hint, cause: error });
  }
  const bound = server.address();
  const actual = isAddressInfo(bound) ? bound.port : port;
  return host.includes(":") ? `[${host}]:${actual}` : `${host}:${actual}`;
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), milliseconds.farewell);
  await closed;
  clearTimeout(timer);
}
