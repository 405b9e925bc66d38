/** A lean registry client, the same for every server: it reads what it is sent and does not look at it. */
import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import type { BenchBlob } from "./blob.ts";

export interface BenchClient {
  /** POST, then PUT with the bytes: what every registry understands. */
  readonly pushBlob: (blob: BenchBlob) => Promise<void>;
  readonly pullBlob: (blob: BenchBlob) => Promise<void>;
  readonly putManifest: (target: string, mediaType: string, bytes: Uint8Array) => Promise<void>;
  /** The bytes of an answer, and where its next page is. */
  readonly page: (path: string) => Promise<{ readonly size: number; readonly next: string | undefined }>;
  readonly close: () => void;
}

const repository = "/v2/bench/app";

/** A client that keeps at most so many connections, and keeps them open. */
export function benchClient(url: string, connections: number): BenchClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  function send(method: string, path: string, headers: OutgoingHttpHeaders, parts: readonly Uint8Array[]): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(new URL(path, url), { method, headers, agent }, resolve).on("error", reject);
      for (const part of parts) request.write(part);
      request.end();
    });
  }

  async function expect(status: number, response: IncomingMessage): Promise<number> {
    let size = 0;
    response.on("data", (chunk: Buffer) => (size += chunk.length));
    await new Promise((resolve, reject) => response.on("end", resolve).on("error", reject));
    if (response.statusCode !== status) throw new Error(`expected ${status}, found ${response.statusCode}`);
    return size;
  }

  return {
    async pushBlob({ parts, digest, size }) {
      const begun = await send("POST", `${repository}/blobs/uploads/`, { "Content-Length": 0 }, []);
      await expect(202, begun);
      const location = new URL(begun.headers.location ?? "", url);
      location.searchParams.set("digest", digest);
      await expect(201, await send("PUT", location.href, { "Content-Length": size }, parts));
    },
    async pullBlob({ digest, size }) {
      const received = await expect(200, await send("GET", `${repository}/blobs/${digest}`, {}, []));
      if (received !== size) throw new Error(`expected ${size} bytes, found ${received}`);
    },
    async putManifest(target, mediaType, bytes) {
      const headers = { "Content-Type": mediaType, "Content-Length": bytes.length };
      await expect(201, await send("PUT", `${repository}/manifests/${target}`, headers, [bytes]));
    },
    async page(path) {
      const response = await send("GET", path, {}, []);
      const size = await expect(200, response);
      return { size, next: /^<([^>]+)>; rel="next"$/.exec(String(response.headers["link"]))?.[1] };
    },
    close: () => agent.destroy(),
  };
}
