/** Sending a request's body. */
import type { ClientRequest } from "node:http";
import type { HttpRequest } from "./http.ts";

type Body = HttpRequest["body"];

/** The header that says how long it is; methods that are about a body say so where there is none. */
export function lengthOf({ method, body }: HttpRequest): Readonly<Record<string, number>> {
  const hasBody = body !== undefined || method === "POST" || method === "PUT" || method === "PATCH";
  return hasBody ? { "content-length": body?.length ?? 0 } : {};
}

/** Sends the body and ends the request. An answer that comes before the end ends the sending; throws what the stream throws. */
export async function sendBody(outgoing: ClientRequest, body: Body): Promise<void> {
  if (body === undefined || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  let answered = false;
  outgoing.once("response", () => (answered = true));
  for await (const chunk of body.open()) {
    if (answered || outgoing.destroyed) return;
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ClientRequest): Promise<void> {
  const events = ["drain", "response", "close"] as const;
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const event of events) outgoing.once(event, resolve);
  return promise.finally(() => events.forEach((event) => outgoing.off(event, resolve)));
}
