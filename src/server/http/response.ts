/**
 * A response is a value: status, headers, and a body that is bytes, a stream, or a file with a range. So the server that sends it
 * chooses how: a file goes to the kernel where the runtime can do that, a stream is handed on chunk by chunk.
 */
import type { ApiRequest } from "./request.ts";

/** Part of a file. */
export interface FileBody {
  readonly file: string;
  /** The first byte. */
  readonly start: number;
  /** The byte after the last one. */
  readonly end: number;
}

/**
 * Bytes that come bit by bit. A chunk is not looked at any more once the next one is asked for, so its buffer may be used again.
 * A stream that throws, or that ends before its size, cuts the connection: nobody takes a part for the whole.
 */
export interface StreamBody {
  readonly stream: AsyncIterable<Uint8Array>;
  /** Bytes, where that is known. */
  readonly size?: number;
}

export type ResponseBody = string | Uint8Array | FileBody | StreamBody;

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Not sent to HEAD, which gets the headers that a GET would get. */
  readonly body?: ResponseBody;
  /** The route that answered, for metrics. */
  readonly route?: string;
  /** Called once, when nothing more is going to be sent: the response is out, or the connection was cut. */
  readonly finished?: () => void;
}

/** Answers a request. */
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

/** Bytes of a body; undefined for a stream of unknown size. */
export function bodySize(body: ResponseBody): number | undefined {
  if (typeof body === "string") return Buffer.byteLength(body);
  if (isFileBody(body)) return body.end - body.start;
  return isStreamBody(body) ? body.size : body.length;
}

/** Whether HTTP lets such a response have a body (RFC 9110, section 6.4.1). */
export function mayHaveBody(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}
