/** Sends a stream chunk by chunk, each when the connection has taken the one before. */
import type { ServerResponse } from "node:http";
import type { StreamBody } from "../response.ts";
import { endResponse, nextOf, writeBytes } from "./write.ts";

/** Rejects if the stream throws or has another size than stated, and when the client disconnects; then it closes the stream. */
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

/** Closes an unread stream. */
export function closeStream({ stream }: StreamBody): void {
  closeIterator(stream[Symbol.asyncIterator]());
}

/** Not awaited: a suspended generator ends only when it continues. */
function closeIterator(iterator: AsyncIterator<unknown>): void {
  iterator.return?.().catch(() => undefined);
}
