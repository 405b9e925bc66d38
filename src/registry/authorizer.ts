/** The authorizations of registries: requested once for each repository and kind of access, then used until the registry refuses them. */
import { TouchmarkError } from "../core/errors.ts";
import type { Warning } from "../core/warning.ts";
import type { HttpClient } from "../net/http.ts";
import { type Access, accessKey } from "./access.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";
import { basicAuthorization, type Credential } from "./credentials/credential.ts";
import { HelperFailed, orHelperFailed } from "./credentials/helper.ts";
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

export interface AuthorizerOptions {
  /** Maximum number of cached grants (1000). */
  readonly maxGrants?: number | undefined;
  /** Called if a helper failed and the registry needs no credentials. */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
}

export class Authorizer {
  readonly #http: HttpClient;
  readonly #credentials: Credentials;
  readonly #grants: Memo<string, Granted>;
  readonly #warn: (warning: Warning) => void;

  constructor(http: HttpClient, credentials: Credentials, { maxGrants = registryLimits.grants, onWarning }: AuthorizerOptions = {}) {
    this.#warn = onWarning ?? (() => undefined);
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
    const { registry, repository } = access;
    const found = await orHelperFailed(this.#credentials.find(registry.name, repository, signal));
    const failure = found instanceof HelperFailed ? found : undefined;
    const credential = found instanceof HelperFailed ? undefined : found;
    try {
      const granted = await this.#answer(access, parseChallenges(asked), credential, signal);
      if (failure)
        this.#warn({ message: `${failure.message}; ${registry.name}/${repository} is used without credentials`, hint: failure.hint });
      return granted;
    } catch (error) {
      // Who is refused without credentials has to know why there are none.
      if (failure && error instanceof TouchmarkError && error.code === "UNAUTHORIZED") throw failure;
      if (!(error instanceof TouchmarkError) || (error.code !== "MALFORMED" && error.code !== "LIMIT_EXCEEDED")) throw error;
      const why = `${access.registry.name} asks for authorization in a way that cannot be followed: ${error.message}`;
      throw new TouchmarkError("UNAUTHORIZED", why, {
        hint: "Ask the operator of the registry to look at its authentication.",
        cause: error,
      });
    }
  }

  async #answer(
    access: Access,
    challenges: readonly Challenge[],
    credential: Credential | undefined,
    signal: AbortSignal,
  ): Promise<Granted> {
    const { registry, repository } = access;
    const source = credential && { source: credential.source };
    const bearer = challenges.find((challenge) => challenge.scheme === "bearer");
    if (credential?.kind === "registry-token") return { header: `Bearer ${credential.token}`, ...source };
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
