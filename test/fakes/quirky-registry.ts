/** An embedded registry with the behaviour of other registries: what `quirk` answers replaces the registry's own answer. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { registryHandler } from "../../src/server/registry/http/node-handler.ts";
import { openStorage } from "../../src/server/registry/storage/storage.ts";
import type { ScriptedAnswer } from "./scripted-registry.ts";

export type Quirk = (request: IncomingMessage) => ScriptedAnswer | undefined;

/** Starts it, with its content in this folder; it ends with the test. Returns `127.0.0.1:PORT`. */
export async function quirkyRegistry(t: TestContext, dir: string, quirk: Quirk): Promise<string> {
  const handler = registryHandler(await openStorage({ dir }));
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const answer = quirk(request);
    if (answer === undefined) return handler(request, response);
    request.resume();
    const body = answer.body ?? "";
    return response.writeHead(answer.status ?? 200, { "content-length": Buffer.byteLength(body), ...answer.headers }).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  return typeof address === "object" && address ? `127.0.0.1:${address.port}` : "";
}
