/** What is asked over HTTP and what comes back. */

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Bytes that a 2xx answer may have; a longer one throws LIMIT_EXCEEDED. Of any other, the first 64 KiB are kept. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** Names in lower case; a header that came several times is joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface HttpClient {
  /**
   * Sends the request and reads the whole answer, whatever its status. GET and HEAD follow redirects; GET, HEAD and PUT
   * are tried again while the host is busy or the connection breaks. Throws UNREACHABLE, TIMEOUT, LIMIT_EXCEEDED, or what
   * the signal was aborted with.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
}
