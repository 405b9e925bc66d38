/** Pushing blobs, whole or in chunks (distribution specification, "Pushing Blobs"). */
import type { Digest } from "../../../core/digest.ts";
import { parseDigestParameter, parseRepositoryName } from "../names.ts";
import { chunksOf } from "./body.ts";
import { send, type Exchange } from "./exchange.ts";
import { parseContentRange } from "./range.ts";

/** Mounts a blob, takes one whole, or begins an upload. */
export async function postUpload(exchange: Exchange): Promise<void> {
  const { storage, name, query } = exchange;
  const mount = query.get("mount");
  const from = query.get("from");
  if (mount !== null && from !== null) {
    const mounted = parseDigestParameter(mount);
    if (await storage.blobs.mount(name, mounted, parseRepositoryName(from))) return sendCreated(exchange, mounted);
  }
  const given = query.get("digest");
  const digest = given === null ? undefined : parseDigestParameter(given);
  const id = await storage.uploads.start(name);
  if (digest === undefined) return sendProgress(exchange, 202, id);
  try {
    await append(exchange, id);
  } catch (error) {
    await storage.uploads.cancel(name, id); // nobody was told its id, so nobody can go on
    throw error;
  }
  await storage.uploads.finish(name, id, digest);
  return sendCreated(exchange, digest);
}

export function getUpload(exchange: Exchange): void {
  sendProgress(exchange, 204, exchange.target);
}

export async function patchUpload(exchange: Exchange): Promise<void> {
  await append(exchange, exchange.target);
  sendProgress(exchange, 202, exchange.target);
}

/** Takes the last bytes, if there are any, and closes the upload. */
export async function putUpload(exchange: Exchange): Promise<void> {
  const digest = parseDigestParameter(exchange.query.get("digest") ?? "");
  await append(exchange, exchange.target);
  await exchange.storage.uploads.finish(exchange.name, exchange.target, digest);
  sendCreated(exchange, digest);
}

export async function deleteUpload({ storage, response, name, target }: Exchange): Promise<void> {
  await storage.uploads.cancel(name, target);
  send(response, { status: 204 });
}

async function append({ storage, request, name }: Exchange, id: string): Promise<void> {
  const { "content-length": length, "content-range": range } = request.headers;
  const from = range === undefined ? undefined : parseContentRange(range, length);
  storage.uploads.checkSize(storage.uploads.size(name, id) + Number(length ?? 0));
  await storage.uploads.append(name, id, chunksOf(request), from);
}

function sendCreated({ response, name }: Exchange, digest: Digest): void {
  send(response, { status: 201, headers: { Location: `/v2/${name}/blobs/${digest}`, "Docker-Content-Digest": digest } });
}

function sendProgress({ storage, response, name }: Exchange, status: number, id: string): void {
  const size = storage.uploads.size(name, id);
  // An inclusive range cannot say "nothing yet"; registries have always answered 0-0 then.
  send(response, { status, headers: { Location: `/v2/${name}/blobs/uploads/${id}`, Range: `0-${Math.max(size - 1, 0)}` } });
}
