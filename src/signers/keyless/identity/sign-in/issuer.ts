/**
 * Reads an issuer's metadata (OpenID Connect Discovery 1.0, section 4; RFC 8628, section 4):
 *
 *     GET ISSUER/.well-known/openid-configuration
 *     200 {"issuer":ISSUER,"token_endpoint":URL,"authorization_endpoint"?:URL,"device_authorization_endpoint"?:URL,…}
 */
import { malformed, TouchmarkError, type ErrorDetails } from "../../../../core/errors.ts";
import { Fields, parseJson } from "../../../../core/json/json.ts";
import { printableUrl } from "../../../../core/printable.ts";
import { askIdentityService, secureUrl } from "../ask.ts";
import type { Surroundings } from "../provider.ts";

export interface Issuer {
  /** Exactly as in its tokens. */
  readonly name: string;
  readonly token: URL;
  readonly authorization: URL | undefined;
  readonly device: URL | undefined;
}

const advice: ErrorDetails = { hint: "Check the URL of the OIDC issuer.", remedy: { id: "check-oidc-issuer" } };

/** Throws USAGE for an issuer without TLS, UNREACHABLE if it does not respond, MALFORMED for invalid metadata. */
export async function discover(name: string, surroundings: Surroundings): Promise<Issuer> {
  const base = secureUrl(name, "the issuer");
  const url = new URL(`${base.pathname.replace(/\/$/, "")}/.well-known/openid-configuration`, base.origin);
  const response = await askIdentityService({ method: "GET", url }, surroundings);
  if (response.status !== 200) {
    throw new TouchmarkError("UNREACHABLE", `${printableUrl(url)} answers ${response.status}; expected an issuer's configuration`, advice);
  }
  const what = `the answer of ${printableUrl(url)}`;
  const fields = new Fields(parseJson(response.body, what), what);
  // Metadata of another issuer would allow a mix-up attack (RFC 9700, section 4.4).
  if (fields.string("issuer") !== name) throw new TouchmarkError("MALFORMED", `${what} is for another issuer than ${name}`, advice);
  return {
    name,
    token: safeLink(fields, "token_endpoint", base),
    authorization: fields.has("authorization_endpoint") ? safeLink(fields, "authorization_endpoint", base) : undefined,
    device: fields.has("device_authorization_endpoint") ? safeLink(fields, "device_authorization_endpoint", base) : undefined,
  };
}

/** Checks an endpoint's URL: if the issuer uses TLS, its endpoints must. */
export function safeLink(fields: Fields, member: string, issuer: URL): URL {
  const url = URL.parse(fields.string(member));
  const safe = url !== null && (url.protocol === "https:" || (issuer.protocol === "http:" && url.origin === issuer.origin));
  if (!safe) throw malformed(`${fields.at}.${member} is not an https URL`);
  return url;
}
