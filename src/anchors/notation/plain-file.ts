/** Files and folders that are what they are: symbolic links are never followed (Notary Project, trust store). */
import { constants, lstat, open, readdir } from "node:fs/promises";
import { malformed, TouchmarkError } from "../../core/errors.ts";
import { isMissing } from "../../net/missing.ts";

/** Undefined where there is nothing. */
export type Kind = "file" | "folder" | "other" | undefined;

export async function kindOf(path: string): Promise<Kind> {
  try {
    const found = await lstat(path);
    if (found.isFile()) return "file";
    return found.isDirectory() ? "folder" : "other";
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw unreadable(path, thrown);
  }
}

/** Names in a folder, sorted. Throws FILE_NOT_FOUND, LIMIT_EXCEEDED, or MALFORMED for what is no folder. */
export async function namesIn(path: string, max: number): Promise<readonly string[]> {
  await expectKind(path, "folder");
  const names = await readdir(path).catch((thrown: unknown) => {
    throw unreadable(path, thrown);
  });
  if (names.length > max) throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has ${names.length} files, over the limit of ${max}`);
  return names.toSorted((a, b) => (a < b ? -1 : 1));
}

/** Throws FILE_NOT_FOUND, LIMIT_EXCEEDED, or MALFORMED for what is no file. */
export async function readPlainFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  await expectKind(path, "file");
  try {
    // Not followed either if it has become a link since; Windows has no such flag.
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const { size } = await file.stat();
      if (size > maxBytes) throw new TouchmarkError("LIMIT_EXCEEDED", `${path} has ${size} bytes, over the limit of ${maxBytes}`);
      return await file.readFile({ signal });
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (thrown instanceof TouchmarkError || signal.aborted) throw thrown;
    throw unreadable(path, thrown);
  }
}

async function expectKind(path: string, expected: "file" | "folder"): Promise<void> {
  const kind = await kindOf(path);
  if (kind === undefined) throw new TouchmarkError("FILE_NOT_FOUND", `${path}: there is no such ${expected}`);
  if (kind !== expected) throw malformed(`${path} is no plain ${expected}; symbolic links are not followed`);
}

function unreadable(path: string, cause: unknown): TouchmarkError {
  return new TouchmarkError("FILE_NOT_FOUND", `${path} cannot be read`, { cause });
}
