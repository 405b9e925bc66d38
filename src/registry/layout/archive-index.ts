/** What is in a tar archive, and where: read from its headers, nothing extracted. Only plain files count, and links are refused. */
import type { FileHandle } from "node:fs/promises";
import { decodeUtf8 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { blockSize, padding, parseHeader, parseRecords, type TarHeader } from "./tar.ts";
import { registryLimits } from "../limits.ts";

export interface ArchiveEntry {
  /** Bytes from the archive's beginning. */
  readonly start: number;
  readonly size: number;
}

const files: ReadonlySet<string> = new Set(["0", "7"]);
const extended: ReadonlySet<string> = new Set(["x", "g", "L"]);
/** Records that say what the header would; in a header for all files they would say it of each. */
const overriding = ["path", "size", "linkpath"] as const;

/** The files by their paths. Throws MALFORMED for what is no such archive, holds a path twice or one that leads out; LIMIT_EXCEEDED. */
export async function indexArchive(file: FileHandle, length: number): Promise<ReadonlyMap<string, ArchiveEntry>> {
  const entries = new Map<string, ArchiveEntry>();
  let records: ReadonlyMap<string, string> = new Map();
  let at = 0;
  for (let headers = 0; at < length; headers++) {
    if (headers === registryLimits.archiveHeaders)
      throw new TouchmarkError("LIMIT_EXCEEDED", `the archive has more than ${registryLimits.archiveHeaders} entries`);
    const header = headers === 0 ? await firstHeader(file) : parseHeader(await readAt(file, at, blockSize));
    if (header === undefined) return entries;
    const isExtended = extended.has(header.type);
    const size = isExtended ? header.size : sizeOf(records, header.size);
    const start = at + blockSize;
    if (start + size > length) throw malformed("the archive is cut off");
    at = start + size + padding(size).length;
    if (isExtended) {
      records = new Map([...records, ...(await readExtended(file, header.type, { start, size }))]);
      continue;
    }
    const name = records.get("path") ?? header.name;
    records = new Map();
    if (header.type === "5") continue;
    if (!files.has(header.type)) throw malformed(`the archive holds what is no plain file: ${JSON.stringify(name.slice(0, 100))}`);
    const path = checkedPath(name);
    if (entries.has(path)) throw malformed(`the archive holds ${JSON.stringify(path.slice(0, 100))} twice`);
    entries.set(path, { start, size });
  }
  return entries;
}

/** Throws MALFORMED for a file of another kind. */
async function firstHeader(file: FileHandle): Promise<TarHeader | undefined> {
  try {
    return parseHeader(await readAt(file, 0, blockSize));
  } catch (error) {
    if (!(error instanceof TouchmarkError)) throw error;
    throw new TouchmarkError("MALFORMED", "the file is not a tar archive", {
      hint: "Name an OCI layout in a tar archive, not compressed.",
    });
  }
}

/** So many bytes from there; throws MALFORMED where there are fewer. */
export async function readAt(file: FileHandle, start: number, size: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(size);
  for (let filled = 0; filled < size;) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, start + filled);
    if (bytesRead === 0) throw malformed("the archive is cut off");
    filled += bytesRead;
  }
  return bytes;
}

async function readExtended(file: FileHandle, type: string, { start, size }: ArchiveEntry): Promise<ReadonlyMap<string, string>> {
  if (size > registryLimits.archiveExtendedBytes)
    throw new TouchmarkError(
      "LIMIT_EXCEEDED",
      `a header in the archive has ${size} bytes, over the limit of ${registryLimits.archiveExtendedBytes}`,
    );
  const bytes = await readAt(file, start, size);
  if (type === "L") return new Map([["path", decodeUtf8(withoutZeros(bytes), "a name in the archive")]]);
  const records = parseRecords(bytes);
  if (type === "x") {
    if ([...records.keys()].some((name) => name.startsWith("GNU.sparse."))) throw malformed("the archive holds a file with holes");
    // No others are used, and many headers before one file must not add up.
    return new Map([...records].filter(([name]) => name === "path" || name === "size"));
  }
  if (overriding.some((name) => records.has(name))) throw malformed("the archive has one name or size for all files");
  return new Map();
}

/** A long name ends with a zero, which is no part of it. */
function withoutZeros(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

function sizeOf(records: ReadonlyMap<string, string>, stated: number): number {
  const size = records.get("size");
  if (size === undefined) return stated;
  if (!/^\d{1,15}$/.test(size)) throw malformed("the archive has a size that is no number");
  return Number(size);
}

/** Relative, without `.` and `..`; a `./` in front is left out. */
function checkedPath(name: string): string {
  const path = name.replace(/^(?:\.\/)+/, "");
  const leads = path.includes("\\") || path.includes("\0") || path.split("/").some((part) => part === "" || part === "." || part === "..");
  if (leads) throw malformed(`the archive holds a path that leads out of it: ${JSON.stringify(name.slice(0, 100))}`);
  return path;
}
