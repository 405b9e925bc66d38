/** Sends a stream chunk by chunk, each one when the connection has taken the one before. */
import type { ServerResponse } from "node:http";
import type { StreamBody } from "../response.ts";
import { endResponse, nextOf, writeBytes } from "./write.ts";

/** Rejects if the stream throws or has another size than it said, and when the client goes away; the stream is closed then. */
export async function sendStream(response: ServerResponse, { stream, size }: StreamBody, signal: AbortSignal): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  let sent = 0;
  try {
    for (let next = await nextOf(iterator, signal); next.done !== true; next = await nextOf(iterator, signal)) {
      sent += next.value.length;
      if (size !== undefined && sent > size) throw new Error(`the stream has more than the ${size} bytes that it was said to have`);
      if (next.value.length > 0) await writeBytes(response, next.value, signal);
    }
  } catch (error) {
    closeIterator(iterator);
    throw error;
  }
  if (size !== undefined && sent < size) throw new Error(`the stream has ${sent} bytes, expected ${size}`);
  await endResponse(response, signal);
}

/** Closes a stream that nobody is going to read. */
export function closeStream({ stream }: StreamBody): void {
  closeIterator(stream[Symbol.asyncIterator]());
}

/** Not waited for: a generator that stands still somewhere ends only when it goes on. */
function closeIterator(iterator: AsyncIterator<unknown>): void {
  iterator.return?.().catch(() => undefined);
}
