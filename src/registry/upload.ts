/**
 * Storing a blob in one piece (OCI distribution specification, POST then PUT):
 *
 *     HEAD blobs/DIGEST      POST blobs/uploads/ -> 202 Location      PUT Location?digest=DIGEST -> 201
 */
import { digestOf, type Digest } from "../core/digest.ts";
import { TouchmarkError } from "../core/errors.ts";
import { printableUrl } from "../net/printable.ts";
import type { Connection } from "./connection.ts";

/** Stores the blob unless it is there. */
export async function upload(connection: Connection, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const digest = digestOf(bytes);
  if (await isThere(connection, digest, signal)) return;
  const opened = await connection.write({ method: "POST", to: "blobs/uploads/", expect: [202], signal });
  const location = URL.parse(opened.headers.get("location") ?? "", opened.url.href);
  if (location === null || !opened.headers.has("location")) {
    throw new TouchmarkError("REGISTRY_ERROR", `${connection.name} opens an upload and does not say where`);
  }
  if (opened.url.protocol === "https:" && location.protocol !== "https:") {
    throw new TouchmarkError("INSECURE_REGISTRY", `${connection.name} wants an upload over plain HTTP: ${printableUrl(location)}`);
  }
  location.searchParams.set("digest", digest);
  try {
    const headers = { "content-type": "application/octet-stream" };
    await connection.write({ method: "PUT", to: location, headers, body: bytes, expect: [200, 201, 204], signal });
  } catch (error) {
    // A try whose answer was lost may have stored it, and the upload is gone when it is tried again.
    const unclear = error instanceof TouchmarkError && error.code === "REGISTRY_ERROR";
    if (!unclear || !(await isThere(connection, digest, signal))) throw error;
  }
}

async function isThere(connection: Connection, digest: Digest, signal: AbortSignal): Promise<boolean> {
  const { status } = await connection.write({ method: "HEAD", to: `blobs/${digest}`, expect: [200, 404], signal });
  return status === 200;
}
