/** One HTTP request and its response, bounded in size and time, without redirects and retries. */
import type { IncomingMessage } from "node:http";
import { concat, streamOf } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { ConnectTimeout } from "./transport/connect-timeout.ts";
import { failureOf } from "./failure.ts";
import type { HttpRequest, HttpStream } from "./http.ts";
import { isGood, readResponseBody, streamBody } from "./incoming-body.ts";
import { interruption, throwIfAborted } from "../core/async/interruption.ts";
import { lengthOf, sendBody } from "./outgoing-body.ts";
import { printableHost } from "../core/printable.ts";
import type { Transport } from "./transport/transport.ts";

export interface Timeouts {
  /** Milliseconds until the connection is established, TLS included. */
  readonly connect: number;
  /** Milliseconds without a byte, before or within the response. */
  readonly silence: number;
}

const nothing = concat([]);
/** "Switching Protocols", RFC 9110 section 15.2.2: the client never requests it. */
const switching = 101;

export interface ExchangeOptions {
  readonly timeouts: Timeouts;
  /** Leave the body of a 2xx response to the reader of `content`; else the body is read, and `content` is empty. */
  readonly streamed: boolean;
}

export async function exchange(transport: Transport, request: HttpRequest, { timeouts, streamed }: ExchangeOptions): Promise<HttpStream> {
  const { method, url, headers = {}, body, signal } = request;
  throwIfAborted(signal);
  const connecting = new ConnectTimeout(timeouts.connect, () => end(timeout(url, timeouts.connect)));
  const outgoing = await transport(url, {
    method,
    headers: { "user-agent": "touchmark", "accept-encoding": "identity", ...lengthOf(request), ...headers },
    timeout: timeouts.silence,
    connecting: (connection) => connecting.begin(connection),
  });

  const answer = Promise.withResolvers<IncomingMessage>();
  // These listeners stay: any socket event settles the response; afterwards, reading the body reports errors.
  outgoing.on("error", answer.reject);
  outgoing.once("response", (incoming) => (incoming.statusCode === switching ? end(switched(url)) : answer.resolve(incoming)));
  outgoing.once("upgrade", (_, socket) => {
    socket.destroy(); // the socket no longer belongs to the request
    end(switched(url));
  });
  outgoing.once("close", () => answer.reject(cutOff(url)));
  let ended: unknown;
  const end = (why: unknown): void => {
    ended ??= why;
    outgoing.destroy();
    answer.reject(why); // destroying a request without a connection emits no error
  };
  const failure = (error: unknown): unknown => ended ?? failureOf(error, url);
  const abort = (): void => end(interruption(signal));
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  const stopListening = (): void => signal.removeEventListener("abort", abort);
  outgoing.once("close", stopListening); // by then the response is settled, and its body sees the connection end
  outgoing.once("timeout", () => end(timeout(url, timeouts.silence)));
  outgoing.once("socket", (socket) => connecting.assign(socket));
  try {
    sendBody(outgoing, body).catch(end);
    const incoming = await answer.promise;
    // If the server responds before the request body is sent, the connection is not reused.
    incoming.once("end", () => !outgoing.writableEnded && outgoing.destroy());
    const head = { status: incoming.statusCode ?? 0, url, headers: headersOf(incoming) };
    if (isGood(incoming) && streamed) {
      const content = failing(streamBody(incoming, request), failure);
      return { ...head, body: nothing, content, abandon: () => void outgoing.destroy() };
    }
    return { ...head, body: await readResponseBody(incoming, request), content: streamOf(nothing), abandon: () => undefined };
  } catch (error) {
    connecting.giveUp();
    stopListening();
    throw failure(error);
  }
}

async function* failing(content: AsyncIterable<Uint8Array>, failure: (error: unknown) => unknown): AsyncGenerator<Uint8Array, void> {
  try {
    yield* content;
  } catch (error) {
    throw failure(error);
  }
}

function headersOf(incoming: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  return headers;
}

function switched(url: URL): TouchmarkError {
  return new TouchmarkError("UNREACHABLE", `${printableHost(url)} switches to another protocol (101), which no request asks for`);
}

function cutOff(url: URL): TouchmarkError {
  return new TouchmarkError("UNREACHABLE", `${printableHost(url)} ends the connection without an answer`);
}

function timeout(url: URL, ms: number): TouchmarkError {
  return new TouchmarkError("TIMEOUT", `${printableHost(url)} did not answer within ${ms / 1000} s`);
}
