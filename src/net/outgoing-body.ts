/** Sends request bodies. */
import type { ClientRequest } from "node:http";
import type { HttpRequest } from "./http.ts";

type Body = HttpRequest["body"];

/** The content-length header; methods that usually have a body send length 0 without one. */
export function lengthOf({ method, body }: HttpRequest): Readonly<Record<string, number>> {
  const hasBody = body !== undefined || method === "POST" || method === "PUT" || method === "PATCH";
  return hasBody ? { "content-length": body?.length ?? 0 } : {};
}

/** Sends the body and ends the request. An early response ends the upload; throws errors of the body's stream. */
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
