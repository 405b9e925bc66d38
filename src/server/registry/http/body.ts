/** Request bodies: read up to a bound, or thrown away up to one. */
import type { IncomingMessage } from "node:http";
import { RegistryError } from "../registry-error.ts";

/** The body's chunks. Stopping early leaves the connection alone, so that an answer can still be sent. */
export function chunksOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  return request.iterator({ destroyOnReturn: false });
}

/** The whole body; throws SIZE_INVALID past the bound. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > maxBytes) throw new RegistryError("SIZE_INVALID", `the body is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Throws the rest of the body away, so that the connection can be used again; false if there is more than the bound. */
export async function drain(request: IncomingMessage, maxBytes: number): Promise<boolean> {
  if (request.readableEnded) return true;
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > maxBytes) return false;
  }
  return true;
}
