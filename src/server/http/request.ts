/** A request as every handler sees it, for any server. */
import { HttpError } from "./http-error.ts";

export interface ApiRequest {
  /** It is in the response, in logs and in error bodies. */
  readonly id: string;
  readonly method: string;
  /** As sent: not decoded, and without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Returns a header by its name in lower case; undefined if it was not sent. */
  readonly header: (name: string) => string | undefined;
  /** The body's chunks. A handler may stop reading early: the rest is discarded after the response. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted when the client disconnects before it has the whole response, or when the server closes and its drain time is over. */
  readonly signal: AbortSignal;
}

/** Returns the announced bytes of the body; undefined without Content-Length. */
export function announcedBytes(request: ApiRequest): number | undefined {
  const length = request.header("content-length");
  return length === undefined ? undefined : Number(length);
}

/** Reads the whole body, which the route's limit bounds. */
export async function readBody(request: ApiRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Returns the request with a body that throws an HttpError with 413 past the bound; throws it at once if a larger body is announced. */
export function limitBody(request: ApiRequest, maxBytes: number): ApiRequest {
  if (maxBytes === Number.POSITIVE_INFINITY) return request;
  const announced = announcedBytes(request);
  if (announced !== undefined && announced > maxBytes) throw tooLarge(maxBytes);
  return { ...request, body: bounded(request.body, maxBytes) };
}

async function* bounded(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError("BODY_TOO_LARGE", `the body is larger than ${maxBytes} bytes`);
}
