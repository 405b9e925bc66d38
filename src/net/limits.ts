/** Bounds of the HTTP client. What `createHttpClient` is given in its options takes their place. */
export interface NetLimits {
  /** How often one request is sent. */
  readonly tries: number;
  /** Redirects that one request follows. */
  readonly redirects: number;
  /** Milliseconds between two tries; an answer that asks for more is final. */
  readonly retryDelay: number;
  /** Milliseconds until a connection is there. */
  readonly connectTime: number;
  /** Milliseconds without a byte in either direction. */
  readonly silence: number;
  /** Connections to one origin. */
  readonly sockets: number;
  /** Bytes of the headers of an answer. */
  readonly headerBytes: number;
  /** Bytes that are read of an answer that is not 2xx: enough for an error message. */
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
