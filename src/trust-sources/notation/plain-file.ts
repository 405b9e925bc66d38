/**
 * Files and folders that are what they are: symbolic links are never followed (Notary Project, trust store). They are small and at
 * hand, and read by the thread that wants them.
 */
import { constants, lstatSync, readdirSync } from "node:fs";
import { throwIfAborted } from "../../core/async/interruption.ts";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { readUpTo } from "../../files/read-source.ts";

/** Undefined where there is nothing. */
export type FileKind = "file" | "folder" | "other" | undefined;

export async function kindOf(path: string): Promise<FileKind> {
  const found = told(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (found?.isFile()) return "file";
  return found && (found.isDirectory() ? "folder" : "other");
}

/** Names in a folder, sorted. Throws FILE_NOT_FOUND, LIMIT_EXCEEDED, or MALFORMED for what is no folder. */
export async function entryNamesIn(path: string, max: number): Promise<readonly string[]> {
  await expectKind(path, "folder");
  const names = told(path, () => readdirSync(path));
  if (names.length > max) throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has ${names.length} files, over the limit of ${max}`);
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

/** Throws FILE_NOT_FOUND, LIMIT_EXCEEDED, or MALFORMED for what is no file. */
export async function readPlainFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  throwIfAborted(signal);
  await expectKind(path, "file");
  // Not followed either if it has become a link since; Windows has no such flag.
  const bytes = told(path, () => readUpTo(path, maxBytes + 1, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)));
  if (bytes.length > maxBytes) throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has more than the ${maxBytes} bytes it may have`);
  return bytes;
}

async function expectKind(path: string, expected: "file" | "folder"): Promise<void> {
  const kind = await kindOf(path);
  if (kind === undefined) throw new TouchmarkError("FILE_NOT_FOUND", `${path}: there is no such ${expected}`);
  if (kind !== expected) throw malformed(`${path} is no plain ${expected}; symbolic links are not followed`);
}

/** Throws FILE_NOT_FOUND for what cannot be read. */
function told<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TouchmarkError("FILE_NOT_FOUND", `${path} cannot be read`, { cause });
  }
}
