/** A request that HTTP itself refuses: an unknown path, a wrong method, or a body that is too large. */

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
  /** HTTP headers of the response. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: HttpErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "HttpError";
    this.code = code;
    this.status = httpErrorStatuses[code];
    this.headers = headers;
  }
}
