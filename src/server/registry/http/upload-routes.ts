/** Pushing blobs, whole or in chunks (distribution specification, "Pushing Blobs"). */
import type { Digest } from "../../../core/digest.ts";
import { announcedBytes } from "../../http/request.ts";
import type { ApiResponse } from "../../http/response.ts";
import { parseDigestParameter, parseRepositoryName } from "../names.ts";
import type { RegistryCall } from "./call.ts";
import { parseContentRange } from "./content-range.ts";

/** Mounts a blob, accepts a whole one, or starts an upload. */
export async function postUpload(call: RegistryCall): Promise<ApiResponse> {
  const { backend, request, name } = call;
  const { query, signal } = request;
  const mount = query.get("mount");
  const from = query.get("from");
  if (mount !== null && from !== null) {
    const mounted = parseDigestParameter(mount);
    if (await backend.blobs.mount(name, mounted, parseRepositoryName(from), signal)) return created(call, mounted);
  }
  const given = query.get("digest");
  const digest = given === null ? undefined : parseDigestParameter(given);
  const id = await backend.uploads.start(name, signal);
  if (digest === undefined) return progress(call, 202, id, 0);
  try {
    await append(call, id);
  } catch (error) {
    await backend.uploads.cancel(name, id); // the client does not know its id, so it cannot be continued
    throw error;
  }
  await backend.uploads.finish(name, id, digest, signal);
  return created(call, digest);
}

export async function getUpload(call: RegistryCall): Promise<ApiResponse> {
  return progress(call, 204, call.target, await call.backend.uploads.size(call.name, call.target, call.request.signal));
}

export async function patchUpload(call: RegistryCall): Promise<ApiResponse> {
  return progress(call, 202, call.target, await append(call, call.target));
}

/** Accepts the last bytes, if there are any, and closes the upload. */
export async function putUpload(call: RegistryCall): Promise<ApiResponse> {
  const { backend, request, name, target } = call;
  const digest = parseDigestParameter(request.query.get("digest") ?? "");
  await append(call, target);
  await backend.uploads.finish(name, target, digest, request.signal);
  return created(call, digest);
}

export async function deleteUpload({ backend, name, target }: RegistryCall): Promise<ApiResponse> {
  await backend.uploads.cancel(name, target);
  return { status: 204 };
}

async function append({ backend, request, name }: RegistryCall, id: string): Promise<number> {
  const length = announcedBytes(request);
  const range = request.header("content-range");
  const from = range === undefined ? undefined : parseContentRange(range, length);
  const chunk = { body: request.body, ...(length !== undefined && { length }), ...(from !== undefined && { from }) };
  return backend.uploads.append(name, id, chunk, request.signal);
}

function created({ name }: RegistryCall, digest: Digest): ApiResponse {
  return { status: 201, headers: { Location: `/v2/${name}/blobs/${digest}`, "Docker-Content-Digest": digest } };
}

function progress({ name }: RegistryCall, status: number, id: string, size: number): ApiResponse {
  // An inclusive range cannot state zero bytes; registries have always returned 0-0 then.
  return { status, headers: { Location: `/v2/${name}/blobs/uploads/${id}`, Range: `0-${Math.max(size - 1, 0)}` } };
}
