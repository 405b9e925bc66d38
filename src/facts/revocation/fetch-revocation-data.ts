/** One request to a URL in a certificate. */
import { TouchmarkError } from "../../core/errors.ts";
import type { HttpClient, HttpRequest } from "../../net/http.ts";
import { printableUrl } from "../../core/printable.ts";

export interface FetchOptions {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

export type Inquiry = Pick<HttpRequest, "method" | "url" | "headers" | "body" | "maxBytes"> & {
  /** Milliseconds for the whole request, redirects and retries included. */
  readonly within: number;
};

/** Returns the response body. Throws UNREACHABLE, TIMEOUT or LIMIT_EXCEEDED. */
export async function fetchRevocationData({ within, ...request }: Inquiry, { http, signal }: FetchOptions): Promise<Uint8Array> {
  const { status, body } = await http.request({ ...request, signal: AbortSignal.any([signal, AbortSignal.timeout(within)]) });
  if (status === 200) return body;
  throw new TouchmarkError("UNREACHABLE", `${printableUrl(request.url)} answers with status ${status}`);
}

/** Throws UNREACHABLE for an invalid URL, or one with credentials, which no authority publishes. */
export function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new TouchmarkError("UNREACHABLE", "the certificate has an address that is not a URL");
  if (url.username === "" && url.password === "") return url;
  throw new TouchmarkError("UNREACHABLE", `the certificate names ${printableUrl(url)} with credentials, which are not used`);
}
