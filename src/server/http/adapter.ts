/** The port to an HTTP server of some runtime; `node.ts` implements it. */
import type { ApiHandler } from "./response.ts";

/** A certificate chain and its private key, in PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
}

/** Times in milliseconds. */
export interface ServerLimits {
  /** Bytes of a request's headers. */
  readonly maxHeaderBytes: number;
  /** Concurrent connections; further ones are closed. */
  readonly maxConnections: number;
  /** For a TLS handshake, and for a request's headers to arrive. */
  readonly headersTime: number;
  /** For a whole request to arrive. */
  readonly requestTime: number;
  /** Idle time of a connection. */
  readonly idleTime: number;
  /** For requests in progress to finish when the server closes. */
  readonly drainTime: number;
}

export const defaultLimits: ServerLimits = {
  maxHeaderBytes: 16 * 1024,
  maxConnections: 10_000,
  headersTime: 20_000,
  requestTime: 60_000,
  idleTime: 5 * 60_000,
  drainTime: 10_000,
};

export interface ListenOptions {
  /** Host name or IP address. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Plain HTTP without it. */
  readonly tls?: ServerTls;
  readonly limits: ServerLimits;
  /** Returns a new request id. */
  readonly freshId: () => string;
}

export interface Listening {
  readonly port: number;
  /** Stops listening; requests in progress have `drainTime` to finish, then their connections are closed. Resolves when no handler runs any more. */
  stop(): Promise<void>;
}

export interface ServerAdapter {
  /** Rejects if it cannot listen on the address. */
  listen(handler: ApiHandler, options: ListenOptions): Promise<Listening>;
}
