/** Reads response bodies, with bounds. */
import type { IncomingMessage } from "node:http";
import { concat } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { HttpRequest } from "./http.ts";
import { printableUrl } from "../core/printable.ts";
import { netLimits } from "./limits.ts";

/** The error for a 2xx response over the request's bound. */
export class BodyTooLong extends TouchmarkError {
  constructor(url: URL, maxBytes: number) {
    super("LIMIT_EXCEEDED", `${printableUrl(url)} is longer than ${maxBytes} bytes`);
  }
}

/** Reads the whole body of a 2xx response; of any other the beginning, and nothing if it is compressed. */
export async function readResponseBody(incoming: IncomingMessage, request: HttpRequest): Promise<Uint8Array> {
  try {
    if (!isGood(incoming)) {
      if (isPacked(incoming.headers["content-encoding"])) return concat([]);
      return (await upTo(netLimits.errorBytes, incoming)).subarray(0, netLimits.errorBytes);
    }
    checkHead(incoming, request);
    const bytes = await upTo(request.maxBytes, incoming);
    if (bytes.length > request.maxBytes) throw new BodyTooLong(request.url, request.maxBytes);
    return bytes;
  } finally {
    disconnect(incoming);
  }
}

/** Streams the body of a 2xx response. Ending the iteration closes the connection. */
export async function* streamBody(incoming: IncomingMessage, request: HttpRequest): AsyncGenerator<Uint8Array, void> {
  try {
    checkHead(incoming, request);
    let size = 0;
    for await (const chunk of incoming) {
      const bytes: Uint8Array = chunk;
      size += bytes.length;
      if (size > request.maxBytes) throw new BodyTooLong(request.url, request.maxBytes);
      yield bytes;
    }
  } finally {
    disconnect(incoming);
  }
}

export function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** Reads until the end, or until more than `max` bytes. It uses events because async iteration costs a first request some milliseconds. */
function upTo(max: number, incoming: IncomingMessage): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const chunks: Uint8Array[] = [];
  let size = 0;
  incoming.on("data", (chunk: Uint8Array) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > max) resolve(concat(chunks));
  });
  incoming.once("end", () => resolve(concat(chunks)));
  incoming.on("error", reject);
  incoming.once("close", () => reject(new Error("closed"))); // no effect if another event came first
  return promise;
}

function checkHead({ headers }: IncomingMessage, { method, url, maxBytes }: HttpRequest): void {
  if (method === "HEAD") return; // its headers describe the body of a GET
  if (isPacked(headers["content-encoding"])) {
    throw new TouchmarkError("UNSUPPORTED", `${printableUrl(url)} came packed, which was not asked for and may be a bomb`);
  }
  if (Number(headers["content-length"] ?? 0) > maxBytes) throw new BodyTooLong(url, maxBytes);
}

/** Discards an unread body. */
function disconnect(incoming: IncomingMessage): void {
  if (!incoming.readableEnded) incoming.destroy();
}

function isPacked(encoding: string | undefined): boolean {
  return encoding !== undefined && encoding.toLowerCase() !== "identity";
}
