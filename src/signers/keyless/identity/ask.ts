/**
 * Sends requests to a provider. They carry a credential for the provider alone, and the response may repeat it: no redirect is
 * followed, and no response is quoted.
 */
import { TouchmarkError, type Code } from "../../../core/errors.ts";
import type { HttpRequest, HttpResponse } from "../../../net/http.ts";
import { isLoopback } from "../../../net/loopback.ts";
import { printableHost } from "../../../core/printable.ts";
import type { Surroundings } from "./provider.ts";
import { keylessLimits } from "../limits.ts";

export function askIdentityService(
  request: Pick<HttpRequest, "method" | "url" | "headers" | "body">,
  { http, signal }: Pick<Surroundings, "http" | "signal">,
): Promise<HttpResponse> {
  return http.request({ ...request, redirects: false, maxBytes: keylessLimits.answerBytes, signal });
}

/** Returns a successful response; throws UNAUTHORIZED, RATE_LIMITED or UNREACHABLE for any other. */
export function granted(response: HttpResponse, doing: string, hint?: string): HttpResponse {
  const { status, url } = response;
  if (status >= 200 && status < 300) return response;
  const details = hint === undefined ? {} : { hint };
  throw new TouchmarkError(codeOf(status), `${printableHost(url)} answers ${status} to ${doing}`, details);
}

function codeOf(status: number): Code {
  if (status === 429) return "RATE_LIMITED";
  return status >= 400 && status < 500 ? "UNAUTHORIZED" : "UNREACHABLE";
}

/** Parses a URL to which credentials may be sent: over TLS, or to this machine. `what` names it in the message; throws USAGE. */
export function secureUrl(text: string, what: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)))) return url;
  throw new TouchmarkError("USAGE", `${what} is not an https URL`, { hint: "Credentials go there: give it as https://HOST." });
}
