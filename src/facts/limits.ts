/** Bounds of requests for facts. */
export interface FactLimits {
  /** Maximum concurrent requests. */
  readonly requests: number;
  /** Timeout of an OCSP responder in milliseconds. */
  readonly responderTime: number;
  /** Timeout of a revocation list in milliseconds. */
  readonly listTime: number;
  /** Exclusive maximum of characters of an OCSP request in a URL. */
  readonly urlLength: number;
  /** Milliseconds for which a revocation list is cached. */
  readonly listAge: number;
}

export const factLimits: FactLimits = {
  requests: 8,
  responderTime: 2000,
  listTime: 5000,
  urlLength: 255,
  listAge: 24 * 60 * 60 * 1000,
};
