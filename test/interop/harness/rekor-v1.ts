/** Rekor 1, which needs a database and a tree server: what `@sigstore/mock` says in its place, where a Go program can ask it. */
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { rekorV1Fake } from "../../fakes/rekor-v1.ts";
import { take, type Script } from "../../fakes/scripted-registry.ts";
import { listen, type Listening } from "./listen.ts";

export interface RekorV1 extends Listening {
  /** PEM. */
  readonly publicKey: string;
}

export async function startRekorV1(): Promise<RekorV1> {
  const { script, authority } = await rekorV1Fake({ clock: Date.now });
  const publicKey = authority.publicKey.key.export({ type: "spki", format: "pem" });
  const lines: Script = { ...script, "GET /api/v1/log/publicKey": { body: publicKey } };
  const listening = await listen(
    createServer(async (request, response) => {
      const { method = "", url = "", headers } = request;
      const asked = { method, path: url, headers, body: await buffer(request) };
      const line = take(lines, asked);
      const answer = typeof line === "function" ? await line(asked, response) : line;
      response.writeHead(answer?.status ?? (answer ? 200 : 404), { "content-type": "application/json", ...answer?.headers });
      response.end(answer?.body);
    }),
  );
  return { ...listening, publicKey };
}
