/** Who may say who signs: a CI system, a cloud, a file, a person with a browser. */
import type { HttpClient } from "../../../net/http.ts";

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly http: HttpClient;
  /** Who the token is for, by the name under which the certificate authority knows itself at the issuer; also our client's id there. */
  readonly audience: string;
  readonly signal: AbortSignal;
}

export interface Provider {
  /** As a person knows it: `GitHub Actions`. */
  readonly name: string;
  /** The token's text; undefined where this provider is not at hand. Throws if it is and gives none. */
  token(surroundings: Surroundings): Promise<string | undefined>;
}
