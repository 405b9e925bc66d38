/** Reading an answer's body, bounded. */
import type { IncomingMessage } from "node:http";
import { concat } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { HttpRequest } from "./http.ts";
import { printableUrl } from "./printable.ts";

/** A 2xx answer that is longer than the request allows. */
export class BodyTooLong extends TouchmarkError {
  constructor(url: URL, maxBytes: number) {
    super("LIMIT_EXCEEDED", `${printableUrl(url)} is longer than ${maxBytes} bytes`);
  }
}

/** Of an answer that is not 2xx, this many bytes are read: enough for an error message. */
const maxErrorBytes = 64 * 1024;

/** The body of a 2xx answer, as it comes. Who stops reading hangs up. */
export async function* streamBody(incoming: IncomingMessage, { method, url, maxBytes }: HttpRequest): AsyncGenerator<Uint8Array, void> {
  const { headers } = incoming;
  try {
    // The headers of an answer to HEAD speak of the body that a GET would have.
    if (method !== "HEAD") {
      if (isPacked(headers["content-encoding"])) {
        throw new TouchmarkError("UNSUPPORTED", `${printableUrl(url)} came packed, which was not asked for and may be a bomb`);
      }
      if (Number(headers["content-length"] ?? 0) > maxBytes) throw new BodyTooLong(url, maxBytes);
    }
    let size = 0;
    for await (const chunk of incoming) {
      const bytes: Uint8Array = chunk;
      size += bytes.length;
      if (size > maxBytes) throw new BodyTooLong(url, maxBytes);
      yield bytes;
    }
  } finally {
    if (!incoming.readableEnded) incoming.destroy(); // hang up on what is left unread
  }
}

/** The beginning of an answer that is not 2xx; nothing of a packed one. */
export async function readErrorBody(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    if (isPacked(incoming.headers["content-encoding"])) return concat([]);
    for await (const chunk of incoming) {
      const bytes: Uint8Array = chunk;
      chunks.push(bytes);
      size += bytes.length;
      if (size > maxErrorBytes) break;
    }
  } finally {
    if (!incoming.readableEnded) incoming.destroy();
  }
  return concat(chunks).subarray(0, maxErrorBytes);
}

function isPacked(encoding: string | undefined): boolean {
  return encoding !== undefined && encoding.toLowerCase() !== "identity";
}
