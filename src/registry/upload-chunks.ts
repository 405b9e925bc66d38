/**
 * Uploads a blob in chunks, for registries that refuse large bodies (OCI distribution specification, "Pushing a blob in chunks"):
 *
 *     PATCH Location      Content-Range: FIRST-LAST      202 Location
 */
import { concat } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { HttpResponse } from "../net/http.ts";
import type { Connection } from "./connection.ts";
import { locationIn } from "./upload-location.ts";
import { registryLimits } from "./limits.ts";

export interface Chunked {
  readonly connection: Connection;
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Bytes of one chunk, which is buffered; the registry may require larger ones, up to a bound. */
const usualChunk = 4 * 1024 * 1024;

/** Sends all chunks; returns the location that finishes the upload. */
export async function sendChunks({ connection, open, signal }: Chunked, begun: HttpResponse): Promise<URL> {
  let location = locationIn(begun, connection.name);
  let first = 0;
  for await (const chunk of chunked(open(), chunkSize(begun, connection.name))) {
    const headers = { "content-type": "application/octet-stream", "content-range": `${first}-${first + chunk.length - 1}` };
    const answer = await connection.write({ method: "PATCH", to: location, headers, body: chunk, expect: [202], signal });
    location = locationIn(answer, connection.name);
    first += chunk.length;
  }
  return location;
}

function chunkSize(begun: HttpResponse, name: string): number {
  const least = begun.headers.get("oci-chunk-min-length") ?? "";
  const size = /^\d{1,15}$/.test(least) ? Math.max(Number(least), usualChunk) : usualChunk;
  if (size <= registryLimits.chunkBytes) return size;
  throw new TouchmarkError("LIMIT_EXCEEDED", `${name} wants chunks of ${size} bytes, over the limit of ${registryLimits.chunkBytes}`);
}

/** Splits the bytes into chunks of this size, the last one shorter. */
async function* chunked(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, void> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const piece of content) {
    held.push(piece);
    length += piece.length;
    if (length < size) continue;
    const bytes = concat(held);
    const whole = length - (length % size);
    for (let at = 0; at < whole; at += size) yield bytes.subarray(at, at + size);
    held = [bytes.subarray(whole)];
    length -= whole;
  }
  if (length > 0) yield concat(held);
}
