/** Bounds of a server. Times in milliseconds. */
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
  /** Between two looks for a renewed certificate. */
  readonly certificateInterval: number;
  /** Combinations of label values of one metric; further ones are counted as dropped. */
  readonly metricSeries: number;
}

export const serverLimits: ServerLimits = {
  maxHeaderBytes: 16 * 1024,
  maxConnections: 10_000,
  headersTime: 20_000,
  requestTime: 60_000,
  idleTime: 5 * 60_000,
  drainTime: 10_000,
  certificateInterval: 10_000,
  metricSeries: 1000,
};

/** Bytes of a request's body where its route has no bound of its own. */
export const usualBodyBytes: number = 1024 * 1024;
