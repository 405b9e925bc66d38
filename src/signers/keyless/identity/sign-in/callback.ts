/**
 * The redirect URI of the browser (RFC 8252, section 7.3): a listener on loopback, on its own port, that serves one
 * page and waits for one request:
 *
 *     GET /auth/callback?state=STATE&(code=CODE | error=CODE[&error_description=TEXT])[&iss=ISSUER]
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { sameText } from "./secrets.ts";

export interface Callback extends Disposable {
  /** `http://127.0.0.1:PORT/auth/callback` */
  readonly url: string;
  /** The query of the request with the right state; never rejects. */
  readonly answer: Promise<URLSearchParams>;
}

const path = "/auth/callback";

/** A request with another state is refused and changes nothing: any page in the browser can send one. */
export async function listenForCallback(state: string): Promise<Callback> {
  const { promise: answer, resolve } = Promise.withResolvers<URLSearchParams>();
  const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 16 * 1024 }, (request, response) => {
    const query = queryOf(request);
    if (query === undefined) return page(response, 404, "There is nothing here.");
    if (!sameText(query.get("state") ?? "", state)) {
      return page(response, 400, "This does not belong to the sign-in that was started in the terminal.");
    }
    response.once("close", () => resolve(query));
    const text = query.has("error")
      ? "Signing in failed; the terminal says why."
      : "Signed in. Close this page and go back to the terminal.";
    return page(response, 200, text);
  });
  server.maxConnections = 20;
  const port = await new Promise<number>((listening, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") listening(address.port);
    });
  });
  return {
    url: `http://127.0.0.1:${port}${path}`,
    answer,
    [Symbol.dispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function queryOf({ method, url = "" }: IncomingMessage): URLSearchParams | undefined {
  const [target, query = ""] = url.split("?", 2);
  return method === "GET" && target === path ? new URLSearchParams(query) : undefined;
}

/** It contains nothing of the request. */
function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    connection: "close",
  });
  response.end(`<!doctype html><title>Touchmark</title><p>${text}</p>\n`);
}
