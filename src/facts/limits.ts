/** Bounds of what a verification asks the world. */
export interface FactLimits {
  /** Requests under way at a time. */
  readonly requests: number;
  /** Milliseconds that an OCSP responder may take. */
  readonly responderTime: number;
  /** Milliseconds that a revocation list may take. */
  readonly listTime: number;
  /** Characters that an OCSP request in a URL may have: fewer than this. */
  readonly urlLength: number;
  /** Milliseconds that a revocation list is kept. */
  readonly listAge: number;
}

export const factLimits: FactLimits = {
  requests: 8,
  responderTime: 2000,
  listTime: 5000,
  urlLength: 255,
  listAge: 24 * 60 * 60 * 1000,
};
