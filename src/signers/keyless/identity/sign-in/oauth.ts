/**
 * Sends requests to an OAuth 2.0 endpoint (RFC 6749, sections 4.1.3, 5.1 and 5.2): the request is a form, the response is JSON:
 *
 *     2xx {…}     else {"error":CODE,"error_description"?:TEXT}
 */
import { encodeUtf8 } from "../../../../core/bytes.ts";
import { TouchmarkError } from "../../../../core/errors.ts";
import { Fields, parseJson } from "../../../../core/json/json.ts";
import type { HttpResponse } from "../../../../net/http.ts";
import { printableHost, printableText, printableUrl } from "../../../../core/printable.ts";
import { askIdentityService } from "../ask.ts";
import type { Surroundings } from "../provider.ts";

export interface OAuthError {
  readonly error: string;
  readonly description: string | undefined;
}

export type OAuthAnswer = { readonly given: Fields } | { readonly refused: OAuthError };

/** Throws UNREACHABLE if the response is not an OAuth endpoint's. */
export async function postForm(url: URL, form: Readonly<Record<string, string>>, surroundings: Surroundings): Promise<OAuthAnswer> {
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const body = encodeUtf8(new URLSearchParams(form).toString());
  const response = await askIdentityService({ method: "POST", url, headers, body }, surroundings);
  const what = `the answer of ${printableUrl(url)}`;
  if (response.status === 200) return { given: new Fields(parseJson(response.body, what), what) };
  const refused = errorIn(response, what);
  if (refused === undefined) throw new TouchmarkError("UNREACHABLE", `${printableHost(url)} answers ${response.status} to the sign-in`);
  return { refused };
}

function errorIn({ body, status }: HttpResponse, what: string): OAuthError | undefined {
  if (status < 400) return undefined;
  try {
    const fields = new Fields(parseJson(body, what), what);
    return { error: fields.string("error"), description: fields.optionalString("error_description") };
  } catch {
    return undefined; // for example a proxy's page
  }
}

/** Returns SIGN_IN_FAILED with the issuer's text; a long run of characters without a space may be a credential and is left out. */
export function oauthRefusal(issuer: string, { error, description }: OAuthError): TouchmarkError {
  const words = [error, description ?? ""].map((text) => printableText(text.replaceAll(/[\w.~+/=-]{32,}/g, "…"), 200));
  return new TouchmarkError("SIGN_IN_FAILED", `${issuer} refuses the sign-in: ${words.filter((text) => text !== "").join(": ")}`);
}
