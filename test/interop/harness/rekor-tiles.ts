/** Rekor 2 on a folder, with its reads, which are files of that folder, behind the same URL as its writes. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { peerPath } from "../peers/peer.ts";
import { forward, freePorts, listen, type Listening } from "./listen.ts";
import { startServer } from "./server.ts";

export interface RekorTiles extends Listening {
  readonly publicKey: KeyObject;
}

/** The origin in its checkpoints, which has no port. */
const logOrigin = "127.0.0.1";

/** Whoever asks it to keep an entry is answered a moment after the next checkpoint: it looks once a second. */
export async function startRekorTiles(folder: string): Promise<RekorTiles> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const key = join(folder, "log.pem");
  await writeFile(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  const storage = join(folder, "log");
  const [http, grpc, metrics] = await freePorts(3);
  const options = ["--storage-dir", storage, "--signer-filepath", key, "--hostname", logOrigin];
  options.push("--checkpoint-interval=100ms", "--batch-max-age=10ms"); // the least that it takes, and little
  options.push("--http-port", `${http}`, "--grpc-port", `${grpc}`, "--http-metrics-port", `${metrics}`);
  const log = await startServer(peerPath("rekor-tiles"), ["serve", ...options], /starting HTTP proxy" address=\S+:(\d+)/);
  const front = await listen(
    createServer((incoming, response) => {
      const file = /^\/api\/v2\/((?:tile\/[\w./]+|checkpoint)$)/.exec(incoming.url ?? "")?.[1];
      if (incoming.method === "GET" && file !== undefined && !file.includes("..")) {
        const stream = createReadStream(join(storage, file));
        stream.on("error", () => response.writeHead(404).end());
        stream.pipe(response);
      } else {
        forward(incoming, response, http);
      }
    }),
  );
  return {
    ...front,
    publicKey,
    stop: async () => {
      await front.stop();
      await log.stop();
    },
  };
}
