/** The ID token of a token endpoint's response (OpenID Connect Core 1.0, section 3.1.3.3). */
import { TouchmarkError } from "../../../../core/errors.ts";
import type { Fields } from "../../../../core/json/json.ts";
import { IdentityToken } from "../identity-token.ts";
import type { Issuer } from "./issuer.ts";

/**
 * Returns its text and claims after checking that it is this issuer's. Its audience and times are checked as for all
 * tokens; its signature need not be (section 3.1.3.7, item 6), since it comes directly from the issuer over TLS.
 */
export function checkIssued(given: Fields, issuer: Issuer, source: string): { readonly text: string; readonly claims: Fields } {
  const text = given.optionalString("id_token");
  if (text === undefined)
    throw new TouchmarkError("SIGN_IN_FAILED", `${issuer.name} gives no identity token; expected one for the scope openid`);
  const token = new IdentityToken(text, source);
  if (token.issuer === issuer.name) return { text, claims: token.claims };
  throw new TouchmarkError("SIGN_IN_FAILED", `${issuer.name} gives a token that another issuer made`);
}
