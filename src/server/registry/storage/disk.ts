/**
 * The registry's files: each write is atomic and durable (`files/atomic-write.ts`), by way of a folder of temporary files.
 * Errors are the system's, whose codes the registry returns.
 */
import { randomUUID } from "node:crypto";
import { readdir, readFile, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KeyedLock } from "../../../core/async/keyed-lock.ts";
import { writeAtomically } from "../../../files/atomic-write.ts";
import { makeFolder, moveDurably, syncFolder, systemFiles, type FileOperations } from "../../../files/durable-files.ts";

export class Disk {
  readonly #incoming: string;
  readonly #files: FileOperations;
  readonly #lock = new KeyedLock();

  /** `incoming` is the folder of temporary files; it must be on the same file system as all the others. */
  constructor(incoming: string, files: FileOperations = systemFiles) {
    this.#incoming = incoming;
    this.#files = files;
  }

  /** Returns an unused path below the incoming folder. */
  freshPath(): string {
    return join(this.#incoming, randomUUID());
  }

  /** Writes a small file; replaces an existing one. */
  async write(path: string, bytes: string | Uint8Array): Promise<void> {
    await using write = await writeAtomically({
      path,
      bytes,
      temporary: this.freshPath(),
      files: this.#files,
      failure: (_, error) => error,
    });
    await this.makeFolder(dirname(path));
    await write.replace();
  }

  /** Moves a synced file to its path. */
  async place(from: string, path: string): Promise<void> {
    await this.makeFolder(dirname(path));
    await moveDurably(from, path, this.#files);
  }

  /** Removes a file; false if there is none. */
  async remove(path: string): Promise<boolean> {
    if ((await orMissing(unlink(path).then(() => true))) === undefined) return false;
    await this.syncFolder(dirname(path));
    return true;
  }

  async makeFolder(path: string): Promise<void> {
    // Sequential, so that a folder found here has already been synced by the writer that created it.
    await this.#lock.run("folders", () => makeFolder(path, undefined, this.#files));
  }

  /** Syncs a folder's entries. */
  syncFolder(path: string): Promise<void> {
    return syncFolder(path, this.#files);
  }
}

/** Reads a small file; undefined if there is none. */
export function readIfThere(path: string): Promise<Buffer | undefined> {
  return orMissing(readFile(path));
}

/** Returns the names in a folder, in code-unit order; undefined if there is no such folder. */
export async function fileNamesIn(path: string): Promise<readonly string[] | undefined> {
  const names = await orMissing(readdir(path));
  return names?.toSorted();
}

/** Returns the result of a file operation; undefined if the file is missing. */
export async function orMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
