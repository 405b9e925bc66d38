/** Reads files of any size and pipes as they come. */
import { constants, createReadStream, openSync, statSync } from "node:fs";

export interface FileStreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Size of the pieces of a regular file. */
  readonly highWaterMark?: number;
}

/**
 * Opens a file; the caller reads it to its end, or breaks off. A pipe is read in the event loop, which waits for a program that writes into
 * it: a thread that waits for one hears no signal, and the process cannot end before it. Throws the system's error.
 */
export function openFileStream(path: string, { signal, ...options }: FileStreamOptions): AsyncIterable<Uint8Array> {
  const interruptible = signal && { signal };
  if (!statSync(path).isFIFO()) return createReadStream(path, { ...options, ...interruptible });
  const { Socket } = process.getBuiltinModule("node:net");
  // Without waiting for a writer. The socket closes the descriptor.
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  return new Socket({ fd, readable: true, writable: false, ...interruptible });
}
