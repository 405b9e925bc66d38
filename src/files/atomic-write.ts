/**
 * Atomic, durable file writes: a file is there whole or not at all, and survives a crash once its write has succeeded.
 *
 *     write a temporary file, sync it, rename it (or link it, to create only), sync the folder
 *
 * A write that throws leaves the old file, or the new one, whole; so it can be repeated.
 */
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { interruption, throwIfAborted } from "../core/async/interruption.ts";
import { TouchmarkError } from "../core/errors.ts";
import { moveDurably, syncFolder, systemFiles, type FileOperations } from "./durable-files.ts";

/** A temporary file that is written and synced. Disposing of it removes the file unless it was renamed. */
export interface AtomicWrite extends AsyncDisposable {
  /** Creates the file at its path, or at this one, by a link, which never replaces a file. Throws FILE_EXISTS; if it throws, it created nothing. */
  create(path?: string): Promise<void>;
  /** Replaces the file at its path, if there is one. If it throws, the old or the new file is there. */
  replace(): Promise<void>;
  /** Replaces the file if `isExpected` returns true, with no other work of this process between check and rename; returns whether it did. */
  replaceIf(isExpected: () => boolean): Promise<boolean>;
}

export interface AtomicWriteOptions {
  /** The file to create or replace. */
  readonly path: string;
  /** The content, whole or in pieces. */
  readonly bytes: Uint8Array | string | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** File mode of a new file; default 0o666 less the process's umask. */
  readonly mode?: number;
  /** A file that is replaced keeps its own mode instead: nobody may read who might not before. Set it for files of the user. */
  readonly keepsMode?: boolean;
  /** Path of the temporary file, on the same file system; default beside the target. */
  readonly temporary?: string;
  /** Aborts the write. */
  readonly signal?: AbortSignal | undefined;
  /** Maps a system error; default to FILE_EXISTS or FILE_NOT_FOUND. */
  readonly failure?: (path: string, error: unknown) => unknown;
  readonly files?: FileOperations;
}

/** Writes the temporary file. Throws FILE_NOT_FOUND where it cannot be written, errors of the bytes' source, and the signal's abort reason. */
export async function writeAtomically(options: AtomicWriteOptions): Promise<AtomicWrite> {
  const { path, bytes, mode = 0o666, signal, failure = cannotWrite, files = systemFiles } = options;
  const temporary = options.temporary ?? `${path}.${randomBytes(8).toString("hex")}.tmp`;
  let isNamed = false;
  const discard = async (): Promise<void> => {
    if (!isNamed) await files.rm(temporary, { force: true });
  };
  const step = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => Promise.reject(failure(name, error)));
  try {
    const kept = options.keepsMode === true ? await modeOf(path, files) : undefined;
    await using file = await files.open(temporary, "wx", kept ?? mode);
    // Gives back the bits that the umask took; where the file system refuses, fewer may read the file.
    if (kept !== undefined) await file.chmod(kept).catch(() => undefined);
    await file.writeFile(bytes, signal && { signal });
    await file.sync();
    if (signal) throwIfAborted(signal);
  } catch (error) {
    await discard();
    throw signal?.aborted ? interruption(signal) : failure(path, error);
  }
  return {
    create: (name = path) => step(name, () => createByLink(temporary, name, files)),
    replace: () =>
      step(path, async () => {
        await moveDurably(temporary, path, files);
        isNamed = true;
      }),
    replaceIf: (isExpected) =>
      step(path, async () => {
        if (!isExpected()) return false;
        files.renameSync(temporary, path);
        isNamed = true;
        await syncFolder(dirname(path), files);
        return true;
      }),
    [Symbol.asyncDispose]: discard,
  };
}

/** The permission bits of a file; undefined if there is none. */
async function modeOf(path: string, files: FileOperations): Promise<number | undefined> {
  const found = await files.stat(path).catch(() => undefined);
  return found?.isFile() === true ? found.mode & 0o777 : undefined;
}

async function createByLink(temporary: string, path: string, files: FileOperations): Promise<void> {
  try {
    await files.link(temporary, path);
  } catch (error) {
    // A network file system may make the link and lose the answer: the second attempt then finds this process's own file.
    if (!(await isSameFile(temporary, path, files))) throw error;
  }
  try {
    await syncFolder(dirname(path), files);
  } catch (error) {
    await files.rm(path, { force: true });
    throw error;
  }
}

async function isSameFile(one: string, other: string, files: FileOperations): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([files.lstat(one, { bigint: true }), files.lstat(other, { bigint: true })]);
    return a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}

export function fileExists(path: string, hint?: string): TouchmarkError {
  return new TouchmarkError("FILE_EXISTS", `${path} exists already`, hint === undefined ? {} : { hint });
}

function cannotWrite(path: string, cause: unknown): TouchmarkError {
  if (cause instanceof TouchmarkError) return cause;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  if (code === "EEXIST") return fileExists(path);
  return new TouchmarkError("FILE_NOT_FOUND", `cannot write ${path}: ${code}`, {
    cause,
    hint: "Check that the folder exists, that this user may write there, and that there is room.",
  });
}
