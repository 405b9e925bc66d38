/** Blobs (distribution specification, "Pulling blobs", "Deleting Blobs"). */
import { parseRange } from "../../http/range.ts";
import type { ApiResponse, ResponseBody } from "../../http/response.ts";
import { parseDigestParameter } from "../names.ts";
import type { RegistryCall } from "./call.ts";

export async function getBlob({ backend, request, name, target }: RegistryCall): Promise<ApiResponse> {
  const digest = parseDigestParameter(target);
  const headers = { "Accept-Ranges": "bytes", "Content-Type": "application/octet-stream", "Docker-Content-Digest": digest };
  if (request.method === "HEAD") {
    const size = await backend.blobs.size(name, digest, request.signal);
    return { status: 200, headers, body: neverSent(size) };
  }
  const { size, range, body } = await backend.blobs.get(name, digest, parseRange(request.header("range")), request.signal);
  if (!range) return { status: 200, headers, body };
  return { status: 206, headers: { ...headers, "Content-Range": `bytes ${range.start}-${range.end}/${size}` }, body };
}

export async function deleteBlob({ backend, request, name, target }: RegistryCall): Promise<ApiResponse> {
  await backend.blobs.remove(name, parseDigestParameter(target), request.signal);
  return { status: 202 };
}

/** The body of a HEAD response, of which only the size is sent. */
function neverSent(size: number): ResponseBody {
  return { size, stream: (async function* empty() {})() };
}
