/** A refused request, with an error code of the OCI distribution specification 1.1 (spec.md, "Error Codes"). */

export type RegistryErrorCode = keyof typeof statuses;

const statuses = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 416,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 413,
  TOOMANYREQUESTS: 429,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
} as const;

export interface RefusalDetails {
  /** The HTTP status, if it differs from the code's usual one. */
  readonly status?: number;
  /** HTTP headers of the response. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export class RegistryError extends Error {
  readonly code: RegistryErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RegistryErrorCode, message: string, details: RefusalDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RegistryError";
    this.code = code;
    this.status = details.status ?? statuses[code];
    this.headers = details.headers ?? {};
  }
}

/** Returns the error for an unsatisfiable range of a blob of this size. */
export function rangeError(size: number): RegistryError {
  const headers = { "Content-Range": `bytes */${size}` };
  return new RegistryError("SIZE_INVALID", `nothing lies in the range: the blob has ${size} bytes`, { status: 416, headers });
}
