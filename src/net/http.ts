/** HTTP requests and responses. */

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: URL;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | StreamedBody;
  /** Whether the request is idempotent, as GET, HEAD, PUT and DELETE are by default. */
  readonly repeatable?: boolean;
  /** Maximum bytes of a 2xx response; a longer one throws LIMIT_EXCEEDED. Of any other, the first 64 KiB are kept. */
  readonly maxBytes: number;
  /** False where the request is for this host only: a redirect is then returned as it is. */
  readonly redirects?: false;
  readonly signal: AbortSignal;
}

/** A body that is never held in memory whole. */
export interface StreamedBody {
  /** Bytes. */
  readonly length: number;
  /** Streams the body from its beginning; called once per attempt. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

export interface HttpResponse {
  readonly status: number;
  /** The final URL, after redirects. */
  readonly url: URL;
  /** Names in lower case; repeated headers are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** A response whose body is streamed if it is 2xx, with `body` empty; any other is read whole. */
export interface HttpStream extends HttpResponse {
  /** The body, to be read to its end, or returned from. Errors on the way are thrown here, as by `request`. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Closes the connection, if `content` is not read at all. */
  readonly abandon: () => void;
}

export interface HttpClient {
  /**
   * Sends the request and reads the whole response, whatever its status. GET and HEAD follow redirects; idempotent
   * requests are retried while the host is busy or, unless the body is a stream, if the connection breaks; any other
   * request only while the host responds 429. Throws
   * UNREACHABLE, TIMEOUT, LIMIT_EXCEEDED, errors of the body's stream, or the signal's abort reason.
   */
  request(request: HttpRequest): Promise<HttpResponse>;

  /** The same, up to the body of a 2xx response. */
  open(request: HttpRequest): Promise<HttpStream>;
}
