/** Errors in the form of the distribution specification, "Error Codes": `{"errors": [{"code", "message"}]}`. */
import { catalogue, TouchmarkError } from "../../../core/errors.ts";
import { serverFailure, type ErrorResponder } from "../../http/error-response.ts";
import { HttpError, type HttpErrorCode } from "../../http/http-error.ts";
import { jsonResponse } from "../../http/response.ts";
import { RegistryError, type RegistryErrorCode } from "../registry-error.ts";

const httpErrorCodes: Readonly<Record<HttpErrorCode, RegistryErrorCode>> = {
  BAD_REQUEST: "UNSUPPORTED",
  NOT_FOUND: "UNSUPPORTED",
  METHOD_NOT_ALLOWED: "UNSUPPORTED",
  BODY_TOO_LARGE: "SIZE_INVALID",
};

export const registryErrorResponse: ErrorResponder = (thrown) => {
  const { code, status, message, headers } = refusalOf(thrown);
  return jsonResponse(status, { errors: [{ code, message }] }, headers);
};

interface Refusal {
  readonly code: RegistryErrorCode | "UNKNOWN";
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RegistryError) return error;
  if (error instanceof HttpError) {
    const { status, message, headers } = error;
    return { code: httpErrorCodes[error.code], status, message, headers };
  }
  if (error instanceof TouchmarkError) return touchmarkRefusal(error) ?? { code: "UNKNOWN", ...serverFailure(error, "registry") };
  return { code: "UNKNOWN", ...serverFailure(error, "registry") };
}

/**
 * Returns the response for a backend's failure, by the catalogue's status: a decision, a limit of another service, a failure of it. Undefined for
 * all others: content that the backend finds malformed, for example, is not the client's fault.
 */
function touchmarkRefusal({ code, message, hint }: TouchmarkError): Refusal | undefined {
  const { http } = catalogue[code];
  if (http === 403) return { code: "DENIED", status: 403, message: `${message}; ${hint}` };
  if (http === 429) return { code: "TOOMANYREQUESTS", status: 429, message };
  // Credentials that another service refuses are the server's, not the client's.
  if (http === 401) return { code: "UNKNOWN", status: 502, message };
  return http > 500 ? { code: "UNKNOWN", status: http, message } : undefined;
}
