/**
 * An HTTP server on loopback with scripted answers, valid or not, that records its requests. Strict: a request without a script line fails
 * the test.
 */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TestContext } from "node:test";

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Uint8Array;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Returns an answer or, if no answer can express it, handles the response itself. */
export type Handler = (seen: SeenRequest, response: ServerResponse) => ScriptedAnswer | undefined | Promise<ScriptedAnswer | undefined>;

export type ScriptLine = ScriptedAnswer | Handler;

/** `METHOD /path` or, for any query, `METHOD /path?*` or, for all that is below, `METHOD /path/*`, to an answer that repeats or to a list that is used up. */
export type Script = Record<string, ScriptLine | ScriptLine[]>;

export interface ScriptedServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly seen: readonly SeenRequest[];
  /** `METHOD /path` of every request, in order. */
  readonly lines: readonly string[];
  /** Adds lines to the script, replacing lines of the same name. */
  on(script: Script): void;
}

/** The handler of a script line, for tests that replace it for a while. */
export function handlerOf(script: Script, line: string): Handler {
  const usual = script[line];
  assert.ok(typeof usual === "function", `the fake does not answer ${line}`);
  return usual;
}

/** Starts a server that ends with the test. */
export async function scriptedServer(t: TestContext, script: Script = {}): Promise<ScriptedServer> {
  const lines: Script = { ...script };
  const seen: SeenRequest[] = [];
  const unexpected: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return; // the client disconnected while sending
    const { method = "", url = "", headers } = request;
    const asked: SeenRequest = { method, path: url, headers, body };
    seen.push(asked);
    const line = take(lines, asked);
    if (line === undefined) unexpected.push(`${method} ${url}`);
    const answer = typeof line === "function" ? await line(asked, response) : (line ?? { status: 599 });
    if (answer === undefined) return;
    response.writeHead(answer.status ?? 200, answer.headers);
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(unexpected, [], "requests that the script does not answer");
  });
  const host = `127.0.0.1:${portOf(server.address())}`;
  return {
    host,
    origin: `http://${host}`,
    seen,
    get lines() {
      return seen.map(({ method, path }) => `${method} ${path}`);
    },
    on: (more) => void Object.assign(lines, more),
  };
}

/** The script line for a request; a list loses its first. */
export function take(script: Script, { method, path }: SeenRequest): ScriptLine | undefined {
  const line = script[`${method} ${path}`] ?? script[`${method} ${path.replace(/\?.*/s, "")}?*`] ?? above(script, `${method} ${path}`);
  return Array.isArray(line) ? line.shift() : line;
}

function above(script: Script, asked: string): ScriptLine | ScriptLine[] | undefined {
  return Object.entries(script).find(([name]) => name.endsWith("/*") && asked.startsWith(name.slice(0, -1)))?.[1];
}

function portOf(address: AddressInfo | string | null): number {
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}
