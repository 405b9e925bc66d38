/** The port to an HTTP server of some runtime; `node.ts` implements it. */
import type { ServerLimits } from "./limits.ts";
import type { ServerLog } from "./log.ts";
import type { ApiHandler } from "./response.ts";

/** A certificate chain and its private key, in PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
}

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
  /** Gets an entry for each response that fails: a 5xx with an error, or one that is cut off. */
  readonly log: ServerLog;
}

export interface Listening {
  readonly port: number;
  /** Uses another certificate for new connections. Throws for a pair that cannot be used, and keeps the one before. */
  useCertificate(tls: ServerTls): void;
  /** Stops listening; requests in progress have `drainTime` to finish, then their connections are closed. Resolves when no handler runs any more. */
  stop(): Promise<void>;
}

export interface ServerAdapter {
  /** Rejects if it cannot listen on the address. */
  listen(handler: ApiHandler, options: ListenOptions): Promise<Listening>;
}
