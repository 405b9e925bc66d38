/**
 * Reads files and folders without following symbolic links (Notary Project, trust store). They are small and local, and
 * are read synchronously.
 */
import { constants, lstatSync, readdirSync } from "node:fs";
import { throwIfAborted } from "../../core/async/interruption.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { readUpTo } from "../../files/read-source.ts";

/** Undefined if the path does not exist. */
export type FileKind = "file" | "folder" | "other" | undefined;

export async function kindOf(path: string): Promise<FileKind> {
  const found = withFileError(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (found?.isFile()) return "file";
  return found && (found.isDirectory() ? "folder" : "other");
}

/** Returns the sorted names in a folder. Throws FILE_NOT_FOUND, LIMIT_EXCEEDED, or MALFORMED if it is not a folder. */
export async function entryNamesIn(path: string, max: number): Promise<readonly string[]> {
  await expectKind(path, "folder");
  const names = withFileError(path, () => readdirSync(path));
  if (names.length > max) throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has ${names.length} files, over the limit of ${max}`);
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

/** Reads a file. Throws FILE_NOT_FOUND, LIMIT_EXCEEDED, or MALFORMED if it is not a file. */
export async function readPlainFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  throwIfAborted(signal);
  await expectKind(path, "file");
  // A link that replaced the file meanwhile is not followed either; Windows has no such flag.
  const bytes = withFileError(path, () => readUpTo(path, maxBytes + 1, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)));
  if (bytes.length > maxBytes) throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has more than the ${maxBytes} bytes it may have`);
  return bytes;
}

async function expectKind(path: string, expected: "file" | "folder"): Promise<void> {
  const kind = await kindOf(path);
  if (kind === undefined) throw new TouchmarkError("FILE_NOT_FOUND", `${path}: there is no such ${expected}`);
  if (kind !== expected) throw malformed(`${path} is not a plain ${expected}; symbolic links are not followed`);
}

/** Runs `read`; throws FILE_NOT_FOUND if it fails. */
function withFileError<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TouchmarkError("FILE_NOT_FOUND", `${path} cannot be read`, { cause });
  }
}
