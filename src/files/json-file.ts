/** JSON files that touchmark itself stores, readable by this user only: written atomically, and parsed as untrusted input. */
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { encodeUtf8 } from "../core/bytes.ts";
import { TouchmarkError } from "../core/errors.ts";
import { Fields, parseJson, type Json } from "../core/json/json.ts";
import { writeAtomically } from "./atomic-write.ts";
import { makeFolder } from "./durable-files.ts";
import { isMissing } from "./is-missing.ts";

/** Opening a pipe without a writer must not block. */
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Reads the file; undefined if it does not exist. Throws MALFORMED, LIMIT_EXCEEDED, or FILE_NOT_FOUND if it cannot be read. */
export async function readJsonFile(path: string, maxBytes: number): Promise<Fields | undefined> {
  try {
    await using file = await open(path, readFlags);
    return new Fields(parseJson(await readWhole(file, path, maxBytes), path, { maxBytes }), path);
  } catch (error) {
    if (error instanceof TouchmarkError) throw error;
    if (isMissing(error)) return undefined;
    throw new TouchmarkError("FILE_NOT_FOUND", `${path} cannot be read`, { cause: error });
  }
}

/** Writes the file, and creates its folder if necessary. Throws FILE_NOT_FOUND. */
export async function writeJsonFile(path: string, value: Json): Promise<void> {
  return writeWholeFile(path, encodeUtf8(JSON.stringify(value)));
}

/** The same for any bytes. */
export async function writeWholeFile(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await makeFolder(dirname(path), 0o700);
  } catch (error) {
    throw new TouchmarkError("FILE_NOT_FOUND", `${path} cannot be written`, {
      cause: error,
      hint: "Check that this user may write there.",
    });
  }
  await using write = await writeAtomically({ path, bytes, mode: 0o600 });
  await write.replace();
}

async function readWhole(file: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new TouchmarkError("FILE_NOT_FOUND", `${path} is not a regular file`);
  if (stat.size > maxBytes) throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has ${stat.size} bytes, over the limit of ${maxBytes}`);
  return file.readFile();
}
