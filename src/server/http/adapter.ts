/** What a server of some runtime must do to carry handlers: the port that `node.ts` implements. */
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
  /** Connections at a time; one more is closed. */
  readonly maxConnections: number;
  /** For a TLS handshake, and for a request's headers to arrive. */
  readonly headersTime: number;
  /** For a whole request to arrive. */
  readonly requestTime: number;
  /** For which a connection may stand still. */
  readonly idleTime: number;
  /** To finish what is under way when the server closes. */
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
  /** 0 for any that is free. */
  readonly port: number;
  /** Plain HTTP without it. */
  readonly tls?: ServerTls;
  readonly limits: ServerLimits;
  /** Makes a request id. */
  readonly freshId: () => string;
}

export interface Listening {
  readonly port: number;
  /** Stops listening; requests under way have `drainTime` to finish, then their connections are cut. Done when no handler runs any more. */
  stop(): Promise<void>;
}

export interface ServerAdapter {
  /** Rejects if it cannot listen there. */
  listen(handler: ApiHandler, options: ListenOptions): Promise<Listening>;
}
