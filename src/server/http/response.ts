/**
 * A response as a value: status, headers, and a body that is bytes, a stream, or a file with a range. The server chooses how
 * to send it: a file is sent by the kernel if the runtime supports that, a stream chunk by chunk.
 */
import type { ApiRequest } from "./request.ts";

/** Part of a file. */
export interface FileBody {
  readonly file: string;
  /** The first byte. */
  readonly start: number;
  /** The byte after the last one (exclusive). */
  readonly end: number;
}

/**
 * A body as a stream. A chunk is not used after the next one is requested, so its buffer may be reused.
 * A stream that throws, or ends before its size, closes the connection, so that the client sees a truncated body.
 */
export interface StreamBody {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Bytes, if known. */
  readonly size?: number;
}

export type ResponseBody = string | Uint8Array | FileBody | StreamBody;

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Not sent for HEAD, whose headers are those of GET. */
  readonly body?: ResponseBody;
  /** The error that a 5xx response stands for, for the log. */
  readonly failure?: unknown;
  /** The name of the route, for metrics. */
  readonly route?: string;
  /** Called once, when no more will be sent: the response is complete, or the connection was closed. */
  readonly finished?: () => void;
}

/** Handles a request. */
export type ApiHandler = (request: ApiRequest) => Promise<ApiResponse>;

export function jsonResponse(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) };
}

export function isFileBody(body: ResponseBody): body is FileBody {
  return typeof body === "object" && "file" in body;
}

export function isStreamBody(body: ResponseBody): body is StreamBody {
  return typeof body === "object" && "stream" in body;
}

/** Returns the bytes of a body; undefined for a stream of unknown size. */
export function bodySize(body: ResponseBody): number | undefined {
  if (typeof body === "string") return Buffer.byteLength(body);
  if (isFileBody(body)) return body.end - body.start;
  return isStreamBody(body) ? body.size : body.length;
}

/** Whether HTTP allows a body in such a response (RFC 9110, section 6.4.1). */
export function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}
