/** A request, as every handler sees it, whichever server took it from the network. */
import { HttpError } from "./http-error.ts";

export interface ApiRequest {
  /** Stands in the answer, in logs and in error bodies. */
  readonly id: string;
  readonly method: string;
  /** As it was sent, not decoded and without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header by its name in lower case; undefined if it was not sent. */
  readonly header: (name: string) => string | undefined;
  /** The body's chunks. Reading may stop early: the rest is thrown away after the answer. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted when the client goes away before it has the whole answer, or when the server ends and cannot wait any longer. */
  readonly signal: AbortSignal;
}

/** Bytes that the client announces; undefined where it does not say. */
export function announcedBytes(request: ApiRequest): number | undefined {
  const length = request.header("content-length");
  return length === undefined ? undefined : Number(length);
}

/** The whole body, which the route's bound keeps small enough. */
export async function readBody(request: ApiRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The same request, whose body throws an HttpError with 413 past the bound; throws it at once if a larger body is announced. */
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
