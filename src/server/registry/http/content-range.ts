/** The range of a pushed chunk (distribution specification, "Pushing a blob in chunks"). */
import { RegistryError } from "../registry-error.ts";

/** Parses `Content-Range: A-B`, which must match Content-Length; returns A. Throws BLOB_UPLOAD_INVALID. */
export function parseContentRange(range: string, length: number | undefined): number {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(range) ?? [];
  if (from === undefined || Number(to) - Number(from) + 1 !== length) {
    throw new RegistryError("BLOB_UPLOAD_INVALID", `Content-Range ${range} and Content-Length ${length ?? "(none)"} do not fit together`);
  }
  return Number(from);
}
