/** Gets the token that says who signs. */
import { TouchmarkError } from "../../../core/errors.ts";
import type { Instant } from "../../../core/instant.ts";
import { checkIdentityToken, IdentityToken } from "./identity-token.ts";
import type { Provider, Surroundings } from "./provider.ts";

export interface IdentityOptions extends Surroundings {
  /** In the order they are asked; the first that is at hand decides. */
  readonly providers: readonly Provider[];
  readonly now: () => Instant;
}

/**
 * A token for the audience that holds now. Throws IDENTITY_TOKEN_MISSING if nobody is at hand to give one, or is and does
 * not; IDENTITY_TOKEN_INVALID; UNAUTHORIZED, RATE_LIMITED or UNREACHABLE as the provider answers; SIGN_IN_FAILED.
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
