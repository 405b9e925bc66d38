/**
 * Requests to OCSP responders (RFC 6960, appendix A.1): a short request is part of the URL of a GET, which caches support, a long one is a POST.
 *
 *     GET URL/BASE64, with the special characters of base64 escaped
 */
import { toBase64 } from "../../core/bytes.ts";
import type { OcspQuestion } from "../../core/facts/ocsp.ts";
import { fetchRevocationData, parseUrl, type FetchOptions } from "./fetch-revocation-data.ts";
import { factLimits } from "../limits.ts";
import { coreLimits } from "../../core/limits.ts";

/** Returns the response, unverified. Throws UNREACHABLE, TIMEOUT or LIMIT_EXCEEDED. */
export function fetchOcspResponse({ url: text, request }: OcspQuestion, options: FetchOptions): Promise<Uint8Array> {
  const url = parseUrl(text);
  const escaped = encodeURIComponent(toBase64(request));
  const answer = { within: factLimits.responderTime, maxBytes: coreLimits.ocspBytes };
  if (escaped.length >= factLimits.urlLength) {
    return fetchRevocationData(
      { ...answer, method: "POST", url, headers: { "content-type": "application/ocsp-request" }, body: request },
      options,
    );
  }
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${escaped}`;
  return fetchRevocationData({ ...answer, method: "GET", url }, options);
}
