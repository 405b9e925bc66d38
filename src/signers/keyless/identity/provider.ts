/** A provider of identity tokens: a CI system, a cloud, a file, a user with a browser. */
import type { HttpClient } from "../../../net/http.ts";

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly http: HttpClient;
  /** The audience of the token, which is the certificate authority's client id at the issuer; also our client id there. */
  readonly audience: string;
  readonly signal: AbortSignal;
}

export interface Provider {
  /** Its name for the user: `GitHub Actions`. */
  readonly name: string;
  /** Returns the token's text; undefined if this provider is not available. Throws if it is and fails. */
  token(surroundings: Surroundings): Promise<string | undefined>;
}
