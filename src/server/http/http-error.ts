/** A request that HTTP itself refuses: there is no such path, no such method, or the body is too large. */

const httpErrorStatuses = {
  BAD_REQUEST: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
} as const;

export type HttpErrorCode = keyof typeof httpErrorStatuses;

export class HttpError extends Error {
  readonly code: HttpErrorCode;
  readonly status: number;
  /** HTTP headers that belong to the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: HttpErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "HttpError";
    this.code = code;
    this.status = httpErrorStatuses[code];
    this.headers = headers;
  }
}
