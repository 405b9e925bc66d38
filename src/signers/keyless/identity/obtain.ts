/** Gets the identity token of the signer. */
import { TouchmarkError } from "../../../core/errors.ts";
import type { Instant } from "../../../core/instant.ts";
import { checkIdentityToken, IdentityToken } from "./identity-token.ts";
import type { Provider, Surroundings } from "./provider.ts";

export interface IdentityOptions extends Surroundings {
  /** In the order in which they are tried; the first available one decides. */
  readonly providers: readonly Provider[];
  readonly now: () => Instant;
}

/**
 * Returns a token for the audience that is valid now. Throws IDENTITY_TOKEN_MISSING if no provider is available, or it has no
 * token; IDENTITY_TOKEN_INVALID; UNAUTHORIZED, RATE_LIMITED or UNREACHABLE by the provider's response; SIGN_IN_FAILED.
 */
export async function obtainIdentityToken({ providers, now, ...surroundings }: IdentityOptions): Promise<IdentityToken> {
  for (const provider of providers) {
    const text = await provider.token(surroundings);
    if (text === undefined) continue;
    const token = new IdentityToken(text, provider.name);
    checkIdentityToken(token, surroundings.audience, now());
    return token;
  }
  const asked = providers.map(({ name }) => name).join(", ");
  throw new TouchmarkError("IDENTITY_TOKEN_MISSING", `no identity token found: tried ${asked}`);
}
