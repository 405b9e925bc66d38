/** Sends requests to a signing service: over TLS or on loopback, bounded in size and time, repeated while the service is busy. */
import { TouchmarkError } from "../../core/errors.ts";
import type { Instant } from "../../core/instant.ts";
import { Fields, parseJson } from "../../core/json/json.ts";
import type { HttpClient, HttpRequest, HttpResponse } from "../../net/http.ts";
import { isLoopback } from "../../net/loopback.ts";
import { printableHost, printableText, printableUrl } from "../../core/printable.ts";

/** The options of every request to a service. */
export interface ServiceClient {
  readonly http: HttpClient;
  readonly clock: () => Instant;
  readonly signal: AbortSignal;
  /** Milliseconds for one response, including repeated requests; a minute by default. */
  readonly patience?: number;
}

export interface ServiceRequest extends Pick<HttpRequest, "headers" | "body" | "maxBytes"> {
  readonly method: "GET" | "POST";
  readonly url: URL;
}

/** Sends a request and returns the response, whatever its status; redirects of a POST are not followed. Throws as HttpClient does. */
export async function askService(question: ServiceRequest, { http, signal, patience = 60_000 }: ServiceClient): Promise<HttpResponse> {
  // Requests to these services can be repeated: they issue another certificate or timestamp, or report an existing log entry.
  return http.request({ ...question, repeatable: true, signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) });
}

/** Returns the URL of a service with a path appended. Throws USAGE for an invalid URL, or plain HTTP to another machine. */
export function urlOf(service: string, path = ""): URL {
  const url = URL.parse(path === "" ? service : `${service.replace(/\/+$/, "")}/${path}`);
  if (url === null) throw new TouchmarkError("USAGE", `${JSON.stringify(printableText(service, 100))} is not the URL of a service`);
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return url;
  throw new TouchmarkError("USAGE", `${printableUrl(url)} would be contacted over plain HTTP, which is allowed for this machine only`, {
    hint: "Name the service by an https URL.",
  });
}

export function jsonBody(value: unknown): { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array } {
  return { headers: { "content-type": "application/json", accept: "application/json" }, body: Buffer.from(JSON.stringify(value)) };
}

/** Parses the members of a JSON response. Throws MALFORMED. */
export function answerFields({ body, url }: HttpResponse, maxBytes: number): Fields {
  const what = `the answer of ${printableHost(url)}`;
  return new Fields(parseJson(body, what, { maxBytes, maxDepth: 16 }), what);
}

const busy: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Returns the error for a response of an unexpected status; `doing` names the request. */
export function serviceRefusal({ status, url, body }: HttpResponse, doing: string): TouchmarkError {
  const host = printableHost(url);
  const words = wordsOf(body);
  if (busy.has(status)) return new TouchmarkError("SERVICE_UNAVAILABLE", `${host} cannot ${doing} now: status ${status}${words}`);
  return new TouchmarkError("SERVICE_REFUSED", `${host} refuses to ${doing}: status ${status}${words}`);
}

/** Returns the error text of these services, `{"message":TEXT}`; strings that may be a token or a part of one are left out. */
function wordsOf(body: Uint8Array): string {
  try {
    const message = new Fields(parseJson(body, "error"), "error").string("message");
    return ` (${printableText(message.replaceAll(/[\w.~+/=-]{40,}/g, "…"), 200)})`;
  } catch {
    return ""; // for example a proxy's page
  }
}
