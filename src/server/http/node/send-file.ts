/**
 * Sends a part of a file with two alternating buffers: while the connection takes one, the next part is read into the other. A
 * stream would take twice the processor time.
 */
import { open, type FileHandle } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { FileBody } from "../response.ts";
import type { FileBuffers } from "./file-buffers.ts";
import { endResponse, writeBytes } from "./write.ts";

export interface FileSending {
  readonly response: ServerResponse;
  readonly body: FileBody;
  readonly buffers: FileBuffers;
  readonly signal: AbortSignal;
  /** Called when the file is open, before anything is sent. */
  readonly begin: () => void;
}

/** Rejects before sending anything if the file cannot be opened; later, if the file is shorter than stated. */
export async function sendFile({ response, body, buffers, signal, begin }: FileSending): Promise<void> {
  const { start, end } = body;
  const file = await open(body.file, "r");
  try {
    begin();
    await sendRange({ file, response, start, end, buffers, signal });
  } finally {
    await file.close();
  }
}

interface RangeSending {
  readonly file: FileHandle;
  readonly response: ServerResponse;
  readonly start: number;
  readonly end: number;
  readonly buffers: FileBuffers;
  readonly signal: AbortSignal;
}

async function sendRange({ file, response, start, end, buffers, signal }: RangeSending): Promise<void> {
  if (start === end) return endResponse(response, signal);
  let current = buffers.take(end - start);
  let other: Buffer | undefined;
  try {
    let position = start;
    let chunk = await readAt(file, current, position, end);
    for (;;) {
      position += chunk.length;
      if (position === end) break;
      other ??= buffers.take(end - position);
      const [next] = await Promise.all([readAt(file, other, position, end), writeBytes(response, chunk, signal)]);
      [current, other, chunk] = [other, current, next];
    }
    await endResponse(response, signal, chunk);
  } catch (error) {
    for (const buffer of [current, other]) if (buffer) buffers.lose(buffer);
    throw error;
  }
  for (const buffer of [current, other]) if (buffer) buffers.give(buffer);
}

async function readAt(file: FileHandle, buffer: Buffer, position: number, end: number): Promise<Buffer> {
  const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - position), position);
  if (bytesRead === 0) throw new Error("the file ends before its range does");
  return buffer.subarray(0, bytesRead);
}
