/** Request bodies: read up to a bound, or thrown away. */
import type { IncomingMessage } from "node:http";
import { RegistryError } from "../registry-error.ts";

/** Milliseconds in which a refused client must stop sending. */
const patience = 2000;

/** The body's chunks. Stopping early leaves the connection alone, so that an answer can still be sent. */
export function chunksOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false });
}

/** The whole body; throws SIZE_INVALID past the bound. */
export async function readRequestBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > maxBytes) throw new RegistryError("SIZE_INVALID", `the body is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * Throws the rest of an answered request's body away, for a moment: to cut the connection while the client is
 * still sending could take the answer with it. What sends on after that is cut off.
 */
export function discard(request: IncomingMessage): void {
  if (request.closed) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), patience);
  request.once("close", () => clearTimeout(timer));
}
