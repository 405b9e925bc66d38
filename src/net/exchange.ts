/** One request and its answer on the wire, bounded in size and time. No redirect, no second try. */
import type { ClientRequest, IncomingMessage } from "node:http";
import { TouchmarkError } from "../core/errors.ts";
import { failureOf } from "./failure.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { interruption, throwIfAborted } from "./interruption.ts";
import { printableHost, printableUrl } from "./printable.ts";
import type { Transport } from "./transport.ts";

export interface Timeouts {
  /** Milliseconds until the connection stands, TLS included. */
  readonly connect: number;
  /** Milliseconds without a byte, before the answer or within it. */
  readonly silence: number;
}

/** A 2xx answer that is longer than the request allows. */
export class BodyTooLong extends TouchmarkError {
  constructor(url: URL, maxBytes: number) {
    super("LIMIT_EXCEEDED", `${printableUrl(url)} is longer than ${maxBytes} bytes`);
  }
}

/** Of an answer that is not 2xx, this many bytes are read: enough for an error message. */
const maxErrorBytes = 64 * 1024;

export async function exchange(transport: Transport, request: HttpRequest, timeouts: Timeouts): Promise<HttpResponse> {
  const { method, url, headers = {}, body, signal } = request;
  throwIfAborted(signal);
  const length = body === undefined && method !== "POST" ? {} : { "content-length": body?.length ?? 0 };
  const outgoing = transport(url, {
    method,
    headers: { "user-agent": "touchmark", "accept-encoding": "identity", ...length, ...headers },
    timeout: timeouts.silence,
  });

  let ended: TouchmarkError | undefined;
  const end = (why: TouchmarkError): void => {
    ended ??= why;
    outgoing.destroy();
  };
  const abort = (): void => end(interruption(signal));
  signal.addEventListener("abort", abort);
  outgoing.once("timeout", () => end(timeout(url, timeouts.silence)));
  limitConnecting(outgoing, timeouts.connect, () => end(timeout(url, timeouts.connect)));
  try {
    const incoming = await answerTo(outgoing, body);
    const answered = { status: incoming.statusCode ?? 0, url, headers: headersOf(incoming) };
    return { ...answered, body: await readBody(incoming, request) };
  } catch (error) {
    throw ended ?? failureOf(error, url);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function answerTo(outgoing: ClientRequest, body: Uint8Array | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Stays for good: once there is an answer, reading it reports what breaks, and this one falls silent.
    outgoing.on("error", reject);
    outgoing.once("response", resolve);
    outgoing.end(body);
  });
}

function limitConnecting(outgoing: ClientRequest, ms: number, expired: () => void): void {
  outgoing.once("socket", (socket) => {
    if (!socket.connecting) return; // kept open from an earlier request
    const timer = setTimeout(expired, ms);
    const stop = (): void => clearTimeout(timer);
    socket.once("encrypted" in socket ? "secureConnect" : "connect", stop);
    socket.once("close", stop);
  });
}

async function readBody(incoming: IncomingMessage, { method, url, maxBytes }: HttpRequest): Promise<Uint8Array> {
  const { statusCode = 0, headers } = incoming;
  const good = statusCode >= 200 && statusCode < 300;
  const hasBody = method !== "HEAD"; // whose headers speak of the body that a GET would have
  const limit = good ? maxBytes : maxErrorBytes;
  const chunks: Uint8Array[] = [];
  try {
    if (hasBody && isPacked(headers["content-encoding"])) {
      if (good) throw new TouchmarkError("UNSUPPORTED", `${printableUrl(url)} came packed, which was not asked for and may be a bomb`);
      return Buffer.alloc(0);
    }
    if (hasBody && good && Number(headers["content-length"] ?? 0) > limit) throw new BodyTooLong(url, limit);
    let size = 0;
    for await (const chunk of incoming) {
      const bytes: Uint8Array = chunk;
      size += bytes.length;
      chunks.push(bytes);
      if (size <= limit) continue;
      if (good) throw new BodyTooLong(url, limit);
      break;
    }
  } finally {
    if (!incoming.readableEnded) incoming.destroy(); // hang up on what is left unread
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

function isPacked(encoding: string | undefined): boolean {
  return encoding !== undefined && encoding.toLowerCase() !== "identity";
}

function headersOf(incoming: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}

function timeout(url: URL, ms: number): TouchmarkError {
  return new TouchmarkError("TIMEOUT", `${printableHost(url)} did not answer within ${ms / 1000} s`);
}
