/**
 * Storing a blob (OCI distribution specification, "Pushing blobs"):
 *
 *     HEAD blobs/DIGEST -> 200                                                      it is there (not asked for a few bytes)
 *     POST blobs/uploads/?mount=DIGEST&from=NAME -> 201                             taken over from another repository
 *     POST blobs/uploads/ -> 202 Location, PUT Location?digest=DIGEST -> 201        sent in one piece
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
  /** The blob from its beginning, once for every try. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Another repository of the same registry that has it: `library/alpine`. */
  readonly mountFrom: string | undefined;
  /** Gives an upload that was opened before the blob was known, if there is one: it is this blob's then. */
  readonly takeOpened?: () => OpenedUpload | undefined;
  readonly signal: AbortSignal;
}

/** The registry's answer to who opens an upload. */
export type OpenedUpload = HttpResponse;

const stored = [200, 201, 204];
/** Answers to what an upload gets: it is gone, or has other bytes than those that were sent now, as after a try that broke off. */
const unusable: ReadonlySet<number> = new Set([400, 404, 416]);

/** Stores the blob unless it is there. */
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
      if (tries === 1 && opened && isRefused(error)) continue; // it may have been closed meanwhile
      // Where the answer was lost it may be stored; where the upload broke, what was sent of it is of no use.
      const isBroken = isReset(error) || (error instanceof Refusal && unusable.has(error.status));
      if (!isBroken && !(error instanceof TouchmarkError && error.code === "REGISTRY_ERROR")) throw error;
      if (await isThere(checked)) return;
      if (!isBroken || tries === registryLimits.uploadTries) throw error;
    }
  }
}

/**
 * So few bytes are sent without asking whether they are there: the question takes longer. The empty config, which is
 * there nearly always, is asked for: docker-registry 2.8 loses sight of a blob for a moment when it is stored again.
 */

/** The same for bytes that are here already. */
export function uploadBytes({ bytes, ...rest }: BytesUpload): Promise<void> {
  const descriptor = { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
  const store = bytes.length > registryLimits.unaskedBytes || descriptor.digest === emptyConfig.descriptor.digest ? uploadBlob : deliver;
  return store({ ...rest, descriptor, open: () => streamOf(bytes), mountFrom: undefined });
}

export interface BytesUpload extends Pick<BlobUpload, "connection" | "takeOpened" | "signal"> {
  readonly bytes: Uint8Array;
}

async function isThere({ connection, descriptor, signal }: BlobUpload): Promise<boolean> {
  const { status } = await connection.write({ method: "HEAD", to: `blobs/${descriptor.digest}`, expect: [200, 404], signal });
  return status === 200;
}

/** 201 if the registry took it over, 202 if it is to be sent. Whatever stands in the way of the one does not stand in the way of the other. */
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

/** In one piece; in chunks where that is too large for the registry. */
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

/** It says who we are once `incognitoUntil` is fulfilled. One that was opened twice is forgotten by the registry in its own time. */
export function openUpload(
  { connection, signal }: Pick<BlobUpload, "connection" | "signal">,
  incognitoUntil?: Promise<unknown>,
): Promise<OpenedUpload> {
  return connection.write({ method: "POST", to: "blobs/uploads/", repeatable: true, expect: [202], incognitoUntil, signal });
}

/** Gives up an upload that is not needed. Where that fails, the registry forgets it in its own time. */
export async function closeUpload({ connection, signal }: Pick<BlobUpload, "connection" | "signal">, opened: OpenedUpload): Promise<void> {
  try {
    await connection.write({ method: "DELETE", to: locationIn(opened, connection.name), expect: [204], signal });
  } catch {}
}

function isRefused(error: unknown): boolean {
  return error instanceof TouchmarkError && (error.code === "REGISTRY_ERROR" || error.code === "UNAUTHORIZED");
}

function finalOf(location: URL, { digest }: Descriptor): URL {
  const url = new URL(location);
  url.searchParams.set("digest", digest);
  return url;
}
