/** The authorizations of registries: requested once for each repository and kind of access, then used until the registry refuses them. */
import { TouchmarkError } from "../core/errors.ts";
import type { HttpClient } from "../net/http.ts";
import { type Access, accessKey } from "./access.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";
import { basicAuthorization } from "./credentials/credential.ts";
import type { Credentials } from "./credentials/credentials.ts";
import { Memo } from "../core/async/memoise.ts";
import type { Joinable } from "../core/async/single-flight.ts";
import { fetchToken } from "./token.ts";
import { registryLimits } from "./limits.ts";

export interface Granted {
  /** The Authorization header. */
  readonly header: string;
  /** The source of the credential; absent for an anonymous token. */
  readonly source?: string;
}

export type Grant = Joinable<Granted>;

export class Authorizer {
  readonly #http: HttpClient;
  readonly #credentials: Credentials;
  readonly #grants: Memo<string, Granted>;

  /** Maximum number of cached grants. */
  constructor(http: HttpClient, credentials: Credentials, maxGrants: number = registryLimits.grants) {
    this.#grants = new Memo(maxGrants);
    this.#http = http;
    this.#credentials = credentials;
  }

  /** The cached grant for this access, if there is one. */
  held(access: Access): Grant | undefined {
    return this.#grants.held(accessKey(access));
  }

  /**
   * Returns a grant to replace the refused one (undefined: none). Concurrent requests that were refused get the same grant.
   * `asked`, the WWW-Authenticate header, must come from the registry itself, since it says where credentials are sent.
   */
  renew(access: Access, refused: Grant | undefined, asked: string): Grant {
    return this.#grants.renew(accessKey(access), refused, (signal) => this.#agree(access, asked, signal));
  }

  async #agree(access: Access, asked: string, signal: AbortSignal): Promise<Granted> {
    try {
      return await this.#answer(access, parseChallenges(asked), signal);
    } catch (error) {
      if (!(error instanceof TouchmarkError) || (error.code !== "MALFORMED" && error.code !== "LIMIT_EXCEEDED")) throw error;
      const why = `${access.registry.name} asks for authorization in a way that cannot be followed: ${error.message}`;
      throw new TouchmarkError("UNAUTHORIZED", why, {
        hint: "Ask the operator of the registry to look at its authentication.",
        cause: error,
      });
    }
  }

  async #answer(access: Access, challenges: readonly Challenge[], signal: AbortSignal): Promise<Granted> {
    const { registry, repository } = access;
    const credential = await this.#credentials.find(registry.name, repository, signal);
    const source = credential && { source: credential.source };
    const bearer = challenges.find((challenge) => challenge.scheme === "bearer");
    if (bearer !== undefined) {
      const token = await fetchToken({ http: this.#http, access, challenge: bearer, credential, signal });
      return { header: `Bearer ${token}`, ...source };
    }
    if (!challenges.some((challenge) => challenge.scheme === "basic")) {
      throw new TouchmarkError("UNAUTHORIZED", `${registry.name} asks for authorization in no way that is spoken here, Basic or Bearer`);
    }
    if (credential?.kind !== "password") {
      const found =
        credential === undefined ? "no credentials were found for it" : `${credential.source} has only an identity token for it`;
      throw new TouchmarkError("UNAUTHORIZED", `${registry.name} asks for a user name and password for ${repository}; ${found}`);
    }
    return { header: basicAuthorization(credential), ...source };
  }
}
