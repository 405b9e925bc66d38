/** Sends a response value over a connection of `node:http`. */
import type { ServerResponse } from "node:http";
import { bodySize, isFileBody, isStreamBody, mayHaveBody, type ApiResponse } from "../response.ts";
import type { FileBuffers } from "./file-buffers.ts";
import { sendFile } from "./send-file.ts";
import { closeStream, sendStream } from "./send-stream.ts";
import { endResponse } from "./write.ts";

export interface Sending {
  readonly response: ServerResponse;
  readonly answer: ApiResponse;
  readonly isHead: boolean;
  /** Headers of the server. */
  readonly headers: Readonly<Record<string, string>>;
  readonly buffers: FileBuffers;
  readonly signal: AbortSignal;
}

/** Resolves when all of it is sent. Rejects before anything is sent, or when the rest cannot be sent. */
export async function sendResponse({ response, answer, isHead, headers, buffers, signal }: Sending): Promise<void> {
  const { status, body = "" } = answer;
  const size = mayHaveBody(status) ? bodySize(body) : undefined;
  const begin = (): void => {
    response.writeHead(status, { ...answer.headers, ...headers, ...(size !== undefined && { "Content-Length": size }) });
  };
  if (isHead || !mayHaveBody(status)) {
    if (typeof body === "object" && isStreamBody(body)) closeStream(body);
    begin();
    return endResponse(response, signal);
  }
  if (isFileBody(body)) return sendFile({ response, body, buffers, signal, begin });
  begin();
  return isStreamBody(body) ? sendStream(response, body, signal) : endResponse(response, signal, body);
}
