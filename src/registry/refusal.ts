/**
 * The error for an answer that is not what was asked for, with the registry's own words (distribution specification,
 * error codes): `{"errors":[{"code":TEXT,"message":TEXT}]}`.
 */
import { TouchmarkError, type Code } from "../core/errors.ts";
import { Fields, parseJson } from "../core/json/json.ts";
import type { HttpResponse } from "../net/http.ts";
import { printableHost, printableText } from "../core/printable.ts";
import { registryLimits } from "./limits.ts";

/** Who we came as: `source` is where the credentials were found. */
export interface Identity {
  readonly source?: string;
}

/** An answer that is not what was asked for. */
export class Refusal extends TouchmarkError {
  /** HTTP's. */
  readonly status: number;
  /** The registry's own. */
  readonly codes: readonly string[];

  constructor(code: Code, response: HttpResponse, message: string) {
    super(code, message);
    this.status = response.status;
    this.codes = errorCodesOf(response);
  }
}

/** `doing` names what was asked for; `as` is undefined where the registry never asked who we are. */
export function registryRefusal(response: HttpResponse, doing: string, as: Identity | undefined): Refusal {
  const host = printableHost(response.url);
  const quote = quoteOf(response);
  const { status } = response;
  if (status === 401 || status === 403) {
    return new Refusal("UNAUTHORIZED", response, `${host} refuses ${doing}${quote}; ${describe(as)}`);
  }
  if (status === 429) {
    return new Refusal("RATE_LIMITED", response, `${host} has had too many requests and refuses ${doing}${quote}${waitOf(response)}`);
  }
  return new Refusal("REGISTRY_ERROR", response, `${host} answers ${status} to ${doing}${quote}`);
}

/** The codes of the registry's errors; none where the body is no such document. */
export function errorCodesOf(response: HttpResponse): readonly string[] {
  return errorsOf(response).map(({ code }) => code);
}

/** The delay of a `retry-after` header in seconds, as the end of a sentence. */
function waitOf({ headers }: HttpResponse): string {
  const seconds = /^\d{1,6}$/.exec(headers.get("retry-after") ?? "")?.[0];
  return seconds === undefined ? "" : `; it asks to wait ${seconds} s`;
}

function describe(as: Identity | undefined): string {
  if (as === undefined) return "it did not ask for credentials";
  return as.source === undefined ? "no credentials were found for it" : `the credentials of ${as.source} were sent`;
}

function quoteOf(response: HttpResponse): string {
  const quotes = errorsOf(response)
    .slice(0, registryLimits.errorQuotes)
    .map(({ code, message }) => printableText(message === undefined ? code : `${code}: ${message}`, 200));
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
    return []; // a proxy's page, or nothing
  }
}
