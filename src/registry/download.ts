/**
 * Downloads a blob, and resumes after the connection breaks (RFC 9110, section 14):
 *
 *     GET blobs/DIGEST      200      Range: bytes=AT-      206 Content-Range: bytes AT-LAST/SIZE, or 200 and the whole blob
 */
import { parseDigest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import type { Descriptor } from "../core/oci/manifest.ts";
import { isReset } from "../net/failure.ts";
import type { HttpStream } from "../net/http.ts";
import { BodyTooLong } from "../net/incoming-body.ts";
import { printableText } from "../core/printable.ts";
import { received, whole } from "./checked-stream.ts";
import { checkedBytes, mismatch } from "./checks.ts";
import type { Connection } from "./connection.ts";
import { registryLimits } from "./limits.ts";

/** Returns a blob as bytes; undefined if there is none. If the connection breaks, a small one is requested again, a large one resumed. */
export async function fetchBlob(connection: Connection, descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const { digest, size } = descriptor;
  if (size > registryLimits.smallBlobBytes) {
    const content = await download(connection, descriptor, signal);
    return content && whole(content, descriptor);
  }
  try {
    const request = { method: "GET", to: `blobs/${parseDigest(digest)}`, expect: [200, 404], maxBytes: size, signal } as const;
    const { status, body } = await connection.read(request);
    if (status === 404) return undefined;
    if (body.length !== size) throw mismatch(connection.name, digest, `${body.length} of its ${size} bytes`);
    return checkedBytes(body, digest, connection.name);
  } catch (error) {
    throw error instanceof BodyTooLong ? tooLong(connection, descriptor) : error;
  }
}

/** Returns the blob as a stream, checked while it is read; undefined if there is none. */
export async function download(
  connection: Connection,
  descriptor: Descriptor,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const answer = await ask(connection, descriptor, 0, signal);
  if (answer.status === 404) return undefined;
  return received(resuming(connection, descriptor, answer, signal), descriptor, connection.name);
}

async function* resuming(
  connection: Connection,
  descriptor: Descriptor,
  first: HttpStream,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let at = 0;
  let answer = first;
  for (let breaks = 1; ; breaks++) {
    try {
      for await (const chunk of contentFrom(answer, at, connection.name)) {
        at += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (error instanceof BodyTooLong) throw tooLong(connection, descriptor);
      if (!isReset(error) || breaks === registryLimits.downloadBreaks) throw error;
    }
    if (at >= descriptor.size) return; // the connection broke after the last byte
    answer = await ask(connection, descriptor, at, signal);
  }
}

function tooLong({ name }: Connection, { digest, size }: Descriptor): TouchmarkError {
  return mismatch(name, digest, `more than its ${size} bytes`);
}

function ask(connection: Connection, { digest, size }: Descriptor, at: number, signal: AbortSignal): Promise<HttpStream> {
  const rest = at === 0 ? { expect: [200, 404] } : { headers: { range: `bytes=${at}-` }, expect: [200, 206] };
  return connection.open({ method: "GET", to: `blobs/${parseDigest(digest)}`, ...rest, maxBytes: size, signal });
}

/** Returns the bytes after those already received; the digest checks that the two parts match. */
async function* contentFrom({ status, headers, content, abandon }: HttpStream, at: number, name: string): AsyncGenerator<Uint8Array, void> {
  const range = headers.get("content-range") ?? "";
  if (status === 206 && !range.startsWith(`bytes ${at}-`)) {
    abandon();
    const found = JSON.stringify(printableText(range, 60));
    throw new TouchmarkError("REGISTRY_ERROR", `${name} was asked for a blob's bytes from ${at} on and gave the range ${found}`);
  }
  let known = status === 206 ? 0 : at;
  for await (const chunk of content) {
    if (known < chunk.length) yield chunk.subarray(known);
    known = Math.max(0, known - chunk.length);
  }
}
