/**
 * What is kept of one TUF repository between updates: one file, so that its parts are always those of one update
 * and of two processes that update at once the last one wins. What is read back counts for nothing until it is verified.
 *
 *     {"roots": [BASE64, …], "timestamp": BASE64, "snapshot": BASE64, "targets": BASE64, "files": {NAME: BASE64, …}}
 */
import { createHash, randomUUID } from "node:crypto";
import { constants, mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { encodeUtf8, fromBase64, toBase64 } from "../../core/bytes.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { Fields, parseJson } from "../../core/json.ts";

export interface Kept {
  /** Those after the root that is trusted from the start, oldest first. */
  readonly roots: readonly Uint8Array[];
  readonly documents?: KeptDocuments;
  /** Targets by their names. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface KeptDocuments {
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
}

const fileName = "repository.json";
const maxBytes = 64 * 1024 * 1024;
const maxRoots = 4096;
/** A pipe that nobody writes to may not hold us up. */
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The mirror's own folder in a cache that holds those of many. */
export function folderOf(mirror: URL, cache: string): string {
  const host = mirror.hostname.replaceAll(/[^a-z0-9.-]/g, "_");
  return join(cache, `${host}-${createHash("sha256").update(mirror.href).digest("hex").slice(0, 16)}`);
}

/** Undefined if nothing is kept there. Throws MALFORMED, LIMIT_EXCEEDED, or FILE_NOT_FOUND for what cannot be read. */
export async function readKept(folder: string): Promise<Kept | undefined> {
  const path = join(folder, fileName);
  const bytes = await readFile(path);
  return bytes && parseKept(bytes, path);
}

/** Makes the folder, for this user alone, and replaces what is kept there, whole or not at all. Throws FILE_NOT_FOUND. */
export async function writeKept(folder: string, kept: Kept): Promise<void> {
  const path = join(folder, fileName);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await using file = await open(temporary, "wx", 0o600);
      await file.writeFile(encodeKept(kept));
      await file.sync();
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

function parseKept(bytes: Uint8Array, path: string): Kept {
  const fields = new Fields(parseJson(bytes, path, { maxBytes }), path);
  const document = (name: keyof KeptDocuments) => fromBase64(fields.string(name), `${path}.${name}`);
  return {
    roots: fields.list("roots", maxRoots).map((text) => {
      if (typeof text !== "string") throw malformed(`${path}.roots holds what is no string`);
      return fromBase64(text, `${path}.roots`);
    }),
    files: new Map(Object.entries(fields.strings("files")).map(([name, text]) => [name, fromBase64(text, `${path}.files`)])),
    ...(fields.has("timestamp") && {
      documents: { timestamp: document("timestamp"), snapshot: document("snapshot"), targets: document("targets") },
    }),
  };
}

function encodeKept({ roots, documents, files }: Kept): Uint8Array {
  const text = {
    roots: roots.map(toBase64),
    ...(documents && {
      timestamp: toBase64(documents.timestamp),
      snapshot: toBase64(documents.snapshot),
      targets: toBase64(documents.targets),
    }),
    files: Object.fromEntries(Array.from(files, ([name, bytes]) => [name, toBase64(bytes)])),
  };
  return encodeUtf8(JSON.stringify(text));
}

async function readFile(path: string): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path, readFlags);
    return await readWhole(file, path);
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
