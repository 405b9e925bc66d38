/** Reading an answer's body, bounded. */
import type { IncomingMessage } from "node:http";
import { concat } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { HttpRequest } from "./http.ts";
import { printableUrl } from "../core/printable.ts";
import { netLimits } from "./limits.ts";

/** A 2xx answer that is longer than the request allows. */
export class BodyTooLong extends TouchmarkError {
  constructor(url: URL, maxBytes: number) {
    super("LIMIT_EXCEEDED", `${printableUrl(url)} is longer than ${maxBytes} bytes`);
  }
}

/** The whole body of a 2xx answer; of any other the beginning, and nothing of a packed one. */
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
    hangUp(incoming);
  }
}

/** The body of a 2xx answer, as it comes. Who stops reading hangs up. */
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
    hangUp(incoming);
  }
}

export function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** What comes until its end, or until it is more than `max` bytes. By events: iterating costs a first request some milliseconds. */
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
  incoming.once("close", () => reject(new Error("closed"))); // of no effect where one of the others came first
  return promise;
}

function checkHead({ headers }: IncomingMessage, { method, url, maxBytes }: HttpRequest): void {
  if (method === "HEAD") return; // its headers speak of the body that a GET would have
  if (isPacked(headers["content-encoding"])) {
    throw new TouchmarkError("UNSUPPORTED", `${printableUrl(url)} came packed, which was not asked for and may be a bomb`);
  }
  if (Number(headers["content-length"] ?? 0) > maxBytes) throw new BodyTooLong(url, maxBytes);
}

/** On what is left unread. */
function hangUp(incoming: IncomingMessage): void {
  if (!incoming.readableEnded) incoming.destroy();
}

function isPacked(encoding: string | undefined): boolean {
  return encoding !== undefined && encoding.toLowerCase() !== "identity";
}
