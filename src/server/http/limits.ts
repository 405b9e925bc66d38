/** Bounds of an HTTP server. The options of `startServer`, `nodeListener` and `router` override them. Times are in milliseconds. */
export interface ServerLimits {
  /** Bytes of a request's headers. */
  readonly headerBytes: number;
  /** Bytes of a request's body, where its route does not say. */
  readonly bodyBytes: number;
  /** Bytes of a body that are buffered between a connection and its handler: few enough for many clients, enough for few system calls. */
  readonly bufferedBytes: number;
  /** Concurrent connections; further ones are closed. */
  readonly connections: number;
  /** Connections that wait to be accepted, at most the system's bound. A client whose connection finds no place tries again after a second, then after three. */
  readonly backlog: number;
  /** For a TLS handshake, and for a request's headers to arrive. */
  readonly headersTime: number;
  /** For a whole request to arrive. */
  readonly requestTime: number;
  /** Idle time of a connection. */
  readonly idleTime: number;
  /** For a client to stop sending after its response. */
  readonly discardTime: number;
  /** For requests in progress to finish when the server closes. */
  readonly drainTime: number;
  /** Between two looks for a renewed certificate. */
  readonly certificateInterval: number;
  /** Buffers of 4 MiB for sending files, in use at a time. */
  readonly largeFileBuffers: number;
  /** Buffers of 1 MiB for sending files, in use at a time; further responses get 64 KiB each. */
  readonly fileBuffers: number;
  /** Combinations of label values of one metric; further ones are counted as dropped. */
  readonly metricSeries: number;
  /** Characters of a message, and of a line of a stack, in the log. */
  readonly logLineLength: number;
  /** Characters of a stack in the log. */
  readonly logStackLength: number;
  /** Causes of an error whose stacks are in the log. */
  readonly logCauses: number;
}

export const serverLimits: ServerLimits = {
  headerBytes: 16 * 1024,
  bodyBytes: 1024 * 1024,
  bufferedBytes: 512 * 1024,
  connections: 10_000,
  backlog: 4096,
  headersTime: 20_000,
  requestTime: 60_000,
  idleTime: 5 * 60_000,
  discardTime: 2000,
  drainTime: 10_000,
  certificateInterval: 10_000,
  largeFileBuffers: 8,
  fileBuffers: 56,
  metricSeries: 1000,
  logLineLength: 1000,
  logStackLength: 16_000,
  logCauses: 4,
};
