/** The two ranges: of a blob that is read (RFC 9110, section 14.2), and of a chunk that is pushed (distribution specification, "Pushing a blob in chunks"). */
import { RegistryError } from "../registry-error.ts";
import type { ByteRange } from "../storage/contents.ts";

/**
 * `Range: bytes=A-B`, `bytes=A-`, `bytes=-N` of so many bytes. Undefined where the header is to be ignored:
 * several ranges, other units, an end before its start. Throws a 416 where nothing lies in the range.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  const start = from === "" ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) {
    const headers = { "Content-Range": `bytes */${size}` };
    throw new RegistryError("SIZE_INVALID", `nothing lies in ${header}: the blob has ${size} bytes`, { status: 416, headers });
  }
  return { start, end };
}

/** `Content-Range: A-B`, with a Content-Length that says the same; gives A. Throws BLOB_UPLOAD_INVALID. */
export function parseContentRange(range: string, length: string | undefined): number {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(range) ?? [];
  if (from === undefined || Number(to) - Number(from) + 1 !== Number(length)) {
    throw new RegistryError("BLOB_UPLOAD_INVALID", `Content-Range ${range} and Content-Length ${length ?? "(none)"} do not fit together`);
  }
  return Number(from);
}
