/** Bounds of the HTTP client. The options of `createHttpClient` override them. */
export interface NetLimits {
  /** Attempts for one request. */
  readonly tries: number;
  /** Redirects that one request follows. */
  readonly redirects: number;
  /** Maximum milliseconds between two attempts; a response that demands more is final. */
  readonly retryDelay: number;
  /** Milliseconds until a connection is established. */
  readonly connectTime: number;
  /** Milliseconds without a byte in either direction. */
  readonly silence: number;
  /** Connections to one origin. */
  readonly sockets: number;
  /** Bytes of the headers of a response. */
  readonly headerBytes: number;
  /** Bytes that are read of a response that is not 2xx: enough for an error message. */
  readonly errorBytes: number;
}

export const netLimits: NetLimits = {
  tries: 4,
  redirects: 5,
  retryDelay: 30_000,
  connectTime: 10_000,
  silence: 30_000,
  sockets: 16,
  headerBytes: 32 * 1024,
  errorBytes: 64 * 1024,
};
