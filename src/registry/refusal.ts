/**
 * The error for an unexpected response, with the registry's own errors (distribution specification,
 * error codes): `{"errors":[{"code":TEXT,"message":TEXT}]}`.
 */
import { TouchmarkError, type Code, type ErrorDetails } from "../core/errors.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import type { HttpResponse } from "../net/http.ts";
import { printableHost, printableText } from "../core/printable.ts";
import { registryLimits } from "./limits.ts";

/** The account of the request, of which only `source`, where the credentials were found, is printed. */
export interface Identity {
  readonly source?: string;
  /** The Authorization header, a password or a token, whichever were sent. */
  readonly header?: string;
  readonly password?: string;
  readonly token?: string;
}

/** An unexpected response. */
export class Refusal extends TouchmarkError {
  /** The HTTP status. */
  readonly status: number;
  /** The registry's own errors. */
  readonly codes: readonly string[];

  constructor(code: Code, response: HttpResponse, message: string, details?: ErrorDetails) {
    super(code, message, details);
    this.status = response.status;
    this.codes = errorCodesOf(response);
  }
}

/** `doing` names the request; `as` is undefined if the registry did not require authorization. */
export function registryRefusal(response: HttpResponse, doing: string, as: Identity | undefined): Refusal {
  const host = printableHost(response.url);
  const quote = quoteOf(response, secretsOf(as ?? {}));
  const { status } = response;
  if (status === 401 || status === 403) {
    return new Refusal("UNAUTHORIZED", response, `${host} refuses ${doing}${quote}; ${describe(as)}`);
  }
  if (status === 429) {
    const message = `${host} has had too many requests and refuses ${doing}${quote}`;
    return new Refusal("RATE_LIMITED", response, message, waitOf(response));
  }
  return new Refusal("REGISTRY_ERROR", response, `${host} answers ${status} to ${doing}${quote}`);
}

/** Returns the codes of the registry's errors; none if the body is not an error document. */
export function errorCodesOf(response: HttpResponse): readonly string[] {
  return errorsOf(response).map(({ code }) => code);
}

/** The hint of a `retry-after` header (RFC 9110, section 10.2.3): a number of seconds, or a date. */
function waitOf({ headers }: HttpResponse): ErrorDetails {
  const stated = headers.get("retry-after") ?? "";
  const wait = /^\d{1,6}$/.test(stated) ? `${stated} s` : httpDate.test(stated) ? `until ${stated}` : undefined;
  return wait === undefined ? {} : { hint: `The registry asks to wait ${wait}: try again then, or log in to raise the limit.` };
}

/** `Wed, 21 Oct 2026 07:28:00 GMT`. */
const httpDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

function describe(as: Identity | undefined): string {
  if (as === undefined) return "it did not ask for credentials";
  return as.source === undefined ? "no credentials were found for it" : `the credentials of ${as.source} were sent`;
}

/** What was sent as credentials, in each form in which a registry may repeat it. */
function secretsOf({ header, password, token }: Identity): readonly string[] {
  const value = header?.slice(header.indexOf(" ") + 1);
  const pair = header?.startsWith("Basic ") ? Buffer.from(value ?? "", "base64").toString("utf8") : undefined;
  const sent = [value, pair, pair?.slice(pair.indexOf(":") + 1), password, token].filter((text) => text !== undefined && text !== "");
  return sent
    .flatMap((text = "") => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)])
    .toSorted((a, b) => b.length - a.length);
}

function quoteOf(response: HttpResponse, secrets: readonly string[]): string {
  const withoutSecrets = (text: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, "[credential]"), text);
  const quotes = errorsOf(response)
    .slice(0, registryLimits.errorQuotes)
    .map(({ code, message }) => printableText(withoutSecrets(message === undefined ? code : `${code}: ${message}`), 200));
  return quotes.length === 0 ? "" : ` (${quotes.join("; ")})`;
}

function errorsOf(response: HttpResponse): readonly { readonly code: string; readonly message?: string }[] {
  try {
    const errors = new Fields(parseJson(response.body, "errors"), "errors").objects("errors", registryLimits.errors);
    return errors.map((error) => {
      const message = error.optionalString("message");
      return { code: error.string("code"), ...(message !== undefined && { message }) };
    });
  } catch {
    return []; // for example a proxy's page
  }
}
