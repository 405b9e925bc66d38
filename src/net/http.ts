/** What is asked over HTTP and what comes back. */

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | StreamedBody;
  /** That sending it twice does no more than sending it once, as it is of GET, HEAD, PUT and DELETE. */
  readonly repeatable?: boolean;
  /** Bytes that a 2xx answer may have; a longer one throws LIMIT_EXCEEDED. Of any other, the first 64 KiB are kept. */
  readonly maxBytes: number;
  /** False where what is sent is for this host alone: an answer that redirects is then given back as it is. */
  readonly redirects?: false;
  readonly signal: AbortSignal;
}

/** A body that is never held whole. */
export interface StreamedBody {
  /** Bytes. */
  readonly length: number;
  /** The body from its beginning; called once for every time that the request is sent. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

export interface HttpResponse {
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** Names in lower case; a header that came several times is joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** An answer whose body is still under way if it is 2xx, and `body` empty; any other is whole. */
export interface HttpStream extends HttpResponse {
  /** To be read to its end, or returned from. What goes wrong on the way is thrown here, as by `request`. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Hangs up, where `content` is not read at all. */
  readonly abandon: () => void;
}

export interface HttpClient {
  /**
   * Sends the request and reads the whole answer, whatever its status. GET and HEAD follow redirects; what is
   * repeatable is tried again while the host is busy or, unless the body is a stream, the connection breaks, and all else
   * while the host says 429. Throws
   * UNREACHABLE, TIMEOUT, LIMIT_EXCEEDED, what the body's stream throws, or what the signal was aborted with.
   */
  request(request: HttpRequest): Promise<HttpResponse>;

  /** The same, up to the body of a 2xx answer. */
  open(request: HttpRequest): Promise<HttpStream>;
}
