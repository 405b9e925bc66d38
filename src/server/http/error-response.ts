/**
 * Turns errors into responses: `{"error": {"code", "message", "hint", "requestId"}}` with the status of the catalogue. An API whose
 * specification has its own form, such as a registry's, uses that one.
 */
import { catalogue, TouchmarkError } from "../../core/errors.ts";
import { HttpError } from "./http-error.ts";
import type { ApiRequest } from "./request.ts";
import { jsonResponse, type ApiResponse } from "./response.ts";

/** Turns any error of a handler into a response. */
export type ErrorResponder = (error: unknown, request: Pick<ApiRequest, "id">) => ApiResponse;

export const errorResponse: ErrorResponder = (error, { id }) => {
  if (error instanceof HttpError) {
    const { status, code, message, headers } = error;
    return jsonResponse(status, { error: { code, message, requestId: id } }, headers);
  }
  if (error instanceof TouchmarkError && error.code !== "INTERNAL") {
    const { code, message, hint } = error;
    return jsonResponse(catalogue[code].http, { error: { code, message, hint, requestId: id } });
  }
  const failure = serverFailure(error, "server");
  return jsonResponse(failure.status, { error: { code: "INTERNAL", message: failure.message, requestId: id } });
};

/** System errors that mean a lack of space. */
const noRoom: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** Describes a failure of the server itself by the system's code only, such as EIO, because messages reveal paths. */
export function serverFailure(error: unknown, server: string): { readonly status: number; readonly message: string } {
  const reason = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (reason !== undefined && noRoom.has(reason)) return { status: 507, message: `the ${server}'s disk is full: ${reason}` };
  return { status: 500, message: reason === undefined ? `the ${server} failed` : `the ${server} failed: ${reason}` };
}
