/**
 * What is kept of one TUF repository between updates, in a folder of its own. What is read back counts for nothing until
 * it is verified. Each file is replaced whole: of two processes that update at once the last one wins.
 *
 *     roots.json       {"roots": [BASE64, …]}: every root seen after the one trusted from the start, oldest first
 *     repository.json  {"roots": …, "timestamp": BASE64, "snapshot": BASE64, "targets": BASE64, "files": {NAME: BASE64, …}}:
 *                      what one update found, all of it
 */
import { createHash, randomUUID } from "node:crypto";
import { constants, mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { encodeUtf8, fromBase64, toBase64 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson, type Json } from "../../core/json.ts";

export interface Kept {
  readonly roots: readonly Uint8Array[];
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
  /** Bytes by the target's name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const maxBytes = 64 * 1024 * 1024;
const maxRoots = 4096;
/** A pipe that nobody writes to may not hold us up. */
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The mirror's own folder in a cache that holds those of many. */
export function folderOf(mirror: URL, cache: string): string {
  const host = mirror.hostname.replaceAll(/[^a-z0-9.-]/g, "_");
  return join(cache, `${host}-${createHash("sha256").update(mirror.href).digest("hex").slice(0, 16)}`);
}

/** Undefined if no update was kept there. Throws MALFORMED, LIMIT_EXCEEDED, or FILE_NOT_FOUND for what cannot be read. */
export async function readKept(folder: string): Promise<Kept | undefined> {
  const fields = await readFields(join(folder, "repository.json"));
  if (fields === undefined) return undefined;
  const document = (name: "timestamp" | "snapshot" | "targets") => fromBase64(fields.string(name), `${fields.at}.${name}`);
  const files = Object.entries(fields.strings("files")).map(([name, text]) => [name, fromBase64(text, `${fields.at}.files`)] as const);
  return {
    roots: rootsOf(fields),
    timestamp: document("timestamp"),
    snapshot: document("snapshot"),
    targets: document("targets"),
    files: new Map(files),
  };
}

/** Makes the folder if need be, for this user alone. Throws FILE_NOT_FOUND. */
export function writeKept(folder: string, { roots, timestamp, snapshot, targets, files }: Kept): Promise<void> {
  return writeJson(folder, "repository.json", {
    roots: roots.map(toBase64),
    timestamp: toBase64(timestamp),
    snapshot: toBase64(snapshot),
    targets: toBase64(targets),
    files: Object.fromEntries(Array.from(files, ([name, bytes]) => [name, toBase64(bytes)])),
  });
}

/** Throws as `readKept` does. */
export async function readRoots(folder: string): Promise<readonly Uint8Array[]> {
  const fields = await readFields(join(folder, "roots.json"));
  return fields ? rootsOf(fields) : [];
}

export function writeRoots(folder: string, roots: readonly Uint8Array[]): Promise<void> {
  return writeJson(folder, "roots.json", { roots: roots.map(toBase64) });
}

function rootsOf(fields: Fields): readonly Uint8Array[] {
  return fields.list("roots", maxRoots).map((text) => {
    if (typeof text !== "string") throw malformed(`${fields.at}.roots holds what is no string`);
    return fromBase64(text, `${fields.at}.roots`);
  });
}

async function writeJson(folder: string, name: string, value: Json): Promise<void> {
  const path = join(folder, name);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await writeSynced(temporary, encodeUtf8(JSON.stringify(value)));
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  } catch (error) {
    throw new TouchmarkError("FILE_NOT_FOUND", `${path} cannot be written`, {
      cause: error,
      hint: "Check that this user may write there.",
    });
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "wx", 0o600);
  await file.writeFile(bytes);
  await file.sync();
}

async function readFields(path: string): Promise<Fields | undefined> {
  try {
    await using file = await open(path, readFlags);
    return new Fields(parseJson(await readWhole(file, path), path, { maxBytes }), path);
  } catch (error) {
    if (error instanceof TouchmarkError) throw error;
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
    throw new TouchmarkError("FILE_NOT_FOUND", `${path} cannot be read`, { cause: error });
  }
}

async function readWhole(file: FileHandle, path: string): Promise<Uint8Array> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new TouchmarkError("FILE_NOT_FOUND", `${path} is not a regular file`);
  if (stat.size > maxBytes) throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has ${stat.size} bytes, over the limit of ${maxBytes}`);
  return file.readFile();
}
