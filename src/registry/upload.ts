/**
 * Stores a blob (OCI distribution specification, "Pushing blobs"):
 *
 *     HEAD blobs/DIGEST -> 200                                                      already stored (not checked for small blobs)
 *     POST blobs/uploads/?mount=DIGEST&from=NAME -> 201                             mounted from another repository
 *     POST blobs/uploads/ -> 202 Location, PUT Location?digest=DIGEST -> 201        sent whole
 *     POST …, PATCH Location -> 202 Location, …, PUT Location?digest=DIGEST -> 201  sent in chunks
 */
import { streamOf } from "../core/bytes.ts";
import { digestOf } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { emptyConfig, type Descriptor } from "../core/oci/manifest.ts";
import { isReset } from "../net/failure.ts";
import type { HttpResponse } from "../net/http.ts";
import { sent } from "./checked-stream.ts";
import type { Connection } from "./connection.ts";
import { Refusal } from "./refusal.ts";
import { sendChunks } from "./upload-chunks.ts";
import { locationIn } from "./upload-location.ts";
import { registryLimits } from "./limits.ts";

export interface BlobUpload {
  readonly connection: Connection;
  readonly descriptor: Descriptor;
  /** Opens the blob from its beginning, once for every try. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Another repository of the same registry that has the blob: `library/alpine`. */
  readonly mountFrom: string | undefined;
  /** Returns an upload that was opened in advance, if there is one; it is then used for this blob. */
  readonly takeOpened?: () => OpenedUpload | undefined;
  readonly signal: AbortSignal;
}

/** The answer to a request that opened an upload. */
export type OpenedUpload = HttpResponse;

const stored = [200, 201, 204];
/** Statuses of an upload that is gone, or has other bytes than those just sent, as after a broken try. */
const unusable: ReadonlySet<number> = new Set([400, 404, 416]);

/** Stores the blob unless the registry has it. */
export async function uploadBlob(blob: BlobUpload): Promise<void> {
  if (!(await isThere(blob))) await deliver(blob);
}

async function deliver({ open, takeOpened, ...rest }: BlobUpload): Promise<void> {
  const checked: BlobUpload = { ...rest, open: () => sent(open(), rest.descriptor, rest.connection.name) };
  const opened = takeOpened?.();
  for (let tries = 1; ; tries++) {
    const begun = (tries === 1 && (opened ?? (await mount(checked)))) || (await openUpload(checked));
    if (begun.status !== 202) return;
    try {
      return await send(checked, begun);
    } catch (error) {
      if (tries === 1 && opened && isRefused(error)) continue; // the upload may have been closed meanwhile
      // After a lost response the blob may be stored; the bytes of a broken upload are of no use.
      const isBroken = isReset(error) || (error instanceof Refusal && unusable.has(error.status));
      if (!isBroken && !(error instanceof TouchmarkError && error.code === "REGISTRY_ERROR")) throw error;
      if (await isThere(checked)) return;
      if (!isBroken || tries === registryLimits.uploadTries) throw error;
    }
  }
}

/**
 * The same for bytes in memory. Few are sent without a check, which would take longer. The empty config, which is nearly always there, is
 * checked: docker-registry 2.8 temporarily does not find a blob while it is stored again.
 */
export function uploadBytes({ bytes, ...rest }: BytesUpload): Promise<void> {
  const descriptor = { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
  const store = bytes.length > registryLimits.unaskedBytes || descriptor.digest === emptyConfig.descriptor.digest ? uploadBlob : deliver;
  return store({ ...rest, descriptor, open: () => streamOf(bytes), mountFrom: undefined });
}

export interface BytesUpload extends Pick<BlobUpload, "connection" | "takeOpened" | "signal"> {
  readonly bytes: Uint8Array;
}

/** False also where the registry does not say: some refuse HEAD, and take the blob. */
async function isThere({ connection, descriptor, signal }: BlobUpload): Promise<boolean> {
  try {
    const { status } = await connection.write({ method: "HEAD", to: `blobs/${descriptor.digest}`, expect: [200, 404, 405], signal });
    return status === 200;
  } catch (error) {
    if (error instanceof Refusal && error.status === 403) return false;
    throw error;
  }
}

/** Requests a mount: 201 if it was mounted, 202 if the blob must be sent. A failed mount does not prevent the upload. */
async function mount({ connection, descriptor, mountFrom, signal }: BlobUpload): Promise<HttpResponse | undefined> {
  if (mountFrom === undefined) return undefined;
  const query = new URLSearchParams({ mount: descriptor.digest, from: mountFrom });
  try {
    return await connection.write({
      method: "POST",
      to: `blobs/uploads/?${query.toString()}`,
      repeatable: true,
      expect: [201, 202],
      signal,
    });
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}

/** Sends the blob whole; in chunks if that is too large for the registry. */
async function send(blob: BlobUpload, begun: HttpResponse): Promise<void> {
  const { connection, descriptor, open, signal } = blob;
  const answer = await connection.write({
    method: "PUT",
    to: finalOf(locationIn(begun, connection.name), descriptor),
    headers: { "content-type": "application/octet-stream" },
    body: { length: descriptor.size, open },
    expect: [...stored, 413],
    signal,
  });
  if (answer.status !== 413) return;
  const last = await sendChunks(blob, await openUpload(blob));
  await connection.write({ method: "PUT", to: finalOf(last, descriptor), expect: stored, signal });
}

/** Opens an upload, with authorization only once `incognitoUntil` is fulfilled. The registry removes an unused duplicate later. */
export function openUpload(
  { connection, signal }: Pick<BlobUpload, "connection" | "signal">,
  incognitoUntil?: Promise<unknown>,
): Promise<OpenedUpload> {
  return connection.write({ method: "POST", to: "blobs/uploads/", repeatable: true, expect: [202], incognitoUntil, signal });
}

/** Cancels an unused upload. If that fails, the registry removes it later. */
export async function closeUpload({ connection, signal }: Pick<BlobUpload, "connection" | "signal">, opened: OpenedUpload): Promise<void> {
  try {
    await connection.write({ method: "DELETE", to: locationIn(opened, connection.name), expect: [204], signal });
  } catch {}
}

function isRefused(error: unknown): boolean {
  return error instanceof TouchmarkError && (error.code === "REGISTRY_ERROR" || error.code === "UNAUTHORIZED");
}

/** The digest is appended as text: the query is the registry's own, which may have signed it as it is. */
function finalOf({ href }: URL, { digest }: Descriptor): URL {
  const [location = ""] = href.split("#");
  return new URL(`${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`);
}
