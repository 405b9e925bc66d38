/** Blobs (distribution specification, "Pulling blobs", "Deleting Blobs"). */
import { pipeline } from "node:stream/promises";
import { parseDigestParameter } from "../names.ts";
import { apiVersion, send, type Exchange } from "./exchange.ts";
import { parseRange } from "./range.ts";

export async function getBlob({ storage, request, response, name, target }: Exchange): Promise<void> {
  const blob = await storage.blobs.get(name, parseDigestParameter(target));
  const range = request.method === "GET" ? parseRange(request.headers.range, blob.size) : undefined;
  response.writeHead(range ? 206 : 200, {
    ...apiVersion,
    "Accept-Ranges": "bytes",
    "Content-Length": range ? range.end - range.start + 1 : blob.size,
    "Content-Type": "application/octet-stream",
    "Docker-Content-Digest": blob.digest,
    ...(range && { "Content-Range": `bytes ${range.start}-${range.end}/${blob.size}` }),
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(blob.stream(range), response);
}

export async function deleteBlob({ storage, response, name, target }: Exchange): Promise<void> {
  await storage.blobs.remove(name, parseDigestParameter(target));
  send(response, { status: 202 });
}
